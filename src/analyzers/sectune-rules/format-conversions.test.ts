import { expect, test } from "vitest";
import { numericPlaces } from "./format-conversions.ts";

test("a printf format says which of its values are written as numbers", () => {
  expect(numericPlaces("'%s is %d%% of %5.2f, %-10s, 0x%08lx'")).toEqual([false, true, true, false, true]);
});

test("formats that say more than their order are not read", () => {
  expect(numericPlaces("%*d %s")).toEqual([]);
  expect(numericPlaces("%2$d %1$s")).toEqual([]);
});

test("a Python format by names has no places", () => {
  expect(numericPlaces("%(name)s %d")).toEqual([]);
});
