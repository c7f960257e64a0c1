import { expect, test } from "vitest";
import { familiesOf } from "../registry.ts";
import { driverSource } from "./driver.ts";

test("no function that a task asks for has a name of the driver's", () => {
  const driver = new Set(
    driverSource("int asked_for(int n)", [{ fn: "asked_for", args: [1] }], 8).match(/\w+/g),
  );
  const asked = familiesOf(["c"]).flatMap(({ variants }) => variants.flatMap(({ slots }) => slots.fn ?? []));
  // What the rule is about: such a name did occur (`put_room`), and every task that had it was a fault of the grader.
  expect(asked).toContain("put_room");
  expect(asked.filter((name) => driver.has(name))).toEqual([]);
});
