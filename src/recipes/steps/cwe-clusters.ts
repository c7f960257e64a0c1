const cwes = (numbers: string) => numbers.split(" ").map((number) => `CWE-${number}`);

/**
 * Groups of weaknesses for transfer experiments. `injection` and `resource` hold the paper's injection and memory clusters (SecPI,
 * tables 4 and 5) and what belongs beside them: argument and template injection, and the further memory, numeric and exhaustion
 * weaknesses of languages without manual memory. `trust` (cryptography, secrets, access) is ours: the paper has no such cluster.
 */
export const CWE_CLUSTERS: Readonly<Record<"injection" | "resource" | "trust", string[]>> = {
  injection: [
    ...cwes(
      "20 22 59 73 74 78 79 89 91 93 94 95 113 116 117 134 352 426 427 502 601 611 643 676 918 943 1236",
    ),
    ...cwes("77 88 90 470 917 1321 1336"),
  ],
  resource: [
    ...cwes("119 120 121 125 129 131 170 190 193 468 476 770 787 789 835"),
    ...cwes("122 191 367 369 400 401 409 415 416 457 674 681 682 772 776 805 822 824 834 908 1333"),
  ],
  trust: [
    ...cwes(
      "200 208 209 256 259 276 287 295 312 319 321 326 327 328 329 330 331 335 337 338 345 347 353 377 379",
    ),
    ...cwes("384 494 521 522 532 565 613 614 639 640 732 757 759 760 798 862 863 915 916"),
  ],
};
