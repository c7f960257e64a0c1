/** Pools that families compose names and constants from. Large, so that a model has to copy instead of remembering. */
export const NOUNS =
  "user order item book city note page team game song film card room ticket task event group plan shop train bird tree river lamp chair phone photo recipe member client invoice report product student teacher course account payment station vehicle planet garden bottle letter pencil window camera market museum island ship pilot doctor parcel coupon badge league player artist gallery sensor device folder branch region".split(
    " ",
  );

export const VALUES =
  "value name label title term entry field word phrase content subject topic caption detail remark comment message answer choice input_text user_input raw_text given_name wanted target needle source".split(
    " ",
  );

export const COLUMNS = "name email city color brand author owner status title label".split(" ");

export const WORDS =
  "apple bread cloud delta eagle flame grape honey ivory jelly koala lemon mango north olive pearl quartz robin sugar tiger umber violet walnut yellow zebra amber basil cedar daisy ember fern ginger hazel iris".split(
    " ",
  );

export const COUNTS = "n size count length amount total_size how_many limit_n width number".split(" ");

export const DATA = "data content payload body blob raw record_data chunk packet document".split(" ");

export const PATHS = "path file_path target_path location filename out_path destination file_location".split(
  " ",
);

/** Every member of the first pool joined with every member of the second: `get_user`. */
export function joined(first: readonly string[], second: readonly string[]): string[] {
  return first.flatMap((a) => second.map((b) => `${a}_${b}`));
}
