import fc from "fast-check";
import { expect, it } from "vitest";
import { redact } from "./redact.ts";

const key = "sk-Proj-0123456789abcdefXYZ";

it.each([
  [`wrong key ${key}.`, "wrong key [redacted]."],
  [`wrong key ${key.toUpperCase()}`, "wrong key [redacted]"],
  [`wrong key ${key.slice(0, 9)}***${key.slice(-9)}!`, "wrong key [redacted]***[redacted]!"],
  [`Authorization: Bearer something-else`, "Authorization: Bearer [redacted]"],
  ["nothing here", "nothing here"],
  [`${key}${key}`, "[redacted][redacted]"],
])("cleans %j", (text, expected) => {
  expect(redact(text, [key])).toBe(expected);
});

it("leaves words alone that dummy keys happen to be", () => {
  expect(redact("a box", ["x"])).toBe("a box");
});

it("leaves no eight characters of a secret, wherever they stand", () => {
  const text = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
  fc.assert(
    fc.property(
      text,
      text,
      fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 40 }),
      (a, b, secret) => {
        // The mask itself may spell a part of a hostile secret.
        fc.pre(!"[redacted]".includes(secret.slice(0, 8).toLowerCase()));
        expect(redact(`${a}${secret}${b}`, [secret])).not.toContain(secret);
      },
    ),
  );
});
