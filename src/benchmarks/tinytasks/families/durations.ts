import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import { UTILITY, utility } from "./utility.ts";

const slots = {
  t: ["minutes", "time", "total", "duration", "length", "value", "span", "t"],
  p: ["text", "clock", "time", "start", "moment", "day", "when", "stamp"],
  sign: [":", "h", ".", "-", "/"],
  k: ["2", "3", "5", "8", "10", "15", "20"],
};
const two = (value: number) => String(value).padStart(2, "0");

export const durations: Family = {
  ...UTILITY,
  name: "durations",
  variants: [
    utility({
      name: "clock",
      parameters: "$t",
      verbs: ["clock", "as_time", "show", "hours_of"],
      does: [
        'returns $t minutes as hours, "$sign" and two digits of minutes',
        'writes $t minutes as a text: hours, "$sign", then the minutes with two digits',
        'gives back the hours of $t minutes, "$sign" and the rest as two digits',
        'turns $t minutes into hours and two-digit minutes with "$sign" between them',
      ],
      slots,
      references: [
        code("", 'return f"{$t // 60}$sign{$t % 60:02d}"'),
        code("", 'return str($t // 60) + "$sign" + str($t % 60).zfill(2)'),
      ],
      sample: (random) => [random.int(0, 900)],
      expected: ([t], { sign }) => `${Math.floor(Number(t) / 60)}${sign}${two(Number(t) % 60)}`,
    }),
    utility({
      name: "minutes",
      parameters: "$p",
      verbs: ["minutes", "to_minutes", "parse", "read_time"],
      does: [
        'returns the minutes of the text $p, which is hours, "$sign" and minutes',
        'reads $p, hours and minutes with "$sign" between them, as a number of minutes',
        'gives back 60 times the hours plus the minutes of the text $p, split at "$sign"',
        'turns the text $p, hours and minutes joined by "$sign", into minutes',
      ],
      slots,
      references: [
        code("", 'hours, rest = $p.split("$sign")', "return int(hours) * 60 + int(rest)"),
        code("", 'parts = $p.split("$sign")', "return 60 * int(parts[0]) + int(parts[1])"),
      ],
      sample: (random, { sign }) => [`${random.int(0, 20)}${sign}${two(random.int(0, 59))}`],
      expected: ([p], { sign }) => {
        const [hours, rest] = String(p).split(sign!);
        return Number(hours) * 60 + Number(rest);
      },
    }),
    utility({
      name: "later",
      parameters: "$t",
      verbs: ["later", "shift", "add_hours", "after"],
      does: [
        "returns the hour of the day $k hours after the hour $t",
        "adds $k hours to the hour $t of a day with 24 hours",
        "gives back $t plus $k hours, starting again at 0 after 23",
        "tells which hour it is $k hours later than $t, from 0 to 23",
      ],
      slots,
      references: [code("", "return ($t + $k) % 24"), code("", "out = $t + $k", "return out % 24")],
      sample: (random) => [random.int(0, 23)],
      expected: ([t], { k }) => (Number(t) + Number(k)) % 24,
    }),
    utility({
      name: "year",
      parameters: "$p",
      verbs: ["year", "year_of", "get_year", "date_year"],
      does: [
        "returns the year of the date text $p, such as 2024-05-17, as a number",
        "reads the year from $p, a date like 2024-05-17, and returns the integer",
        "gives back the number before the first dash of the date $p, such as 2024-05-17",
        "takes the year out of the text $p, written like 2024-05-17, as an integer",
      ],
      slots,
      references: [code("", 'return int($p.split("-")[0])'), code("", "return int($p[:4])")],
      sample: (random) => [`${random.int(1950, 2049)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`],
      expected: ([p]) => Number(String(p).slice(0, 4)),
    }),
    utility({
      name: "seconds",
      parameters: "$t",
      verbs: ["seconds", "to_seconds", "in_seconds", "convert"],
      does: [
        "returns $t minutes and $k seconds as seconds",
        "computes the seconds in $t minutes and adds $k",
        "gives back 60 times $t plus $k, the time in seconds",
        "turns $t minutes into seconds, $k more than that",
      ],
      slots,
      references: [code("", "return $t * 60 + $k"), code("", "return 60 * $t + $k")],
      sample: (random) => [random.int(0, 90)],
      expected: ([t], { k }) => Number(t) * 60 + Number(k),
    }),
  ],
};
