# The parts of the library that are written in the language itself.
def not: if . then false else true end;
def error(message): message | error;
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def scalars: select(type != "array" and type != "object");
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def isvalid(f): try (f | true) catch false;

def recurse: ..;
def recurse(f): def walk: ., (f | walk); walk;
def recurse(f; condition): def walk: ., (f | select(condition) | walk); walk;
def repeat(f): def again: f, again; again;
def while(condition; f): def again: if condition then ., (f | again) else empty end; again;
def until(condition; f): def again: if condition then . else f | again end; again;

def range($to): _range(0; $to; 1);
def range($from; $to): _range($from; $to; 1);
def range($from; $to; $by): _range($from; $to; $by);
def limit($count; f):
  if $count > 0 then _limit($count; f)
  elif $count == 0 then empty
  else error("limit doesn't support negative count") end;
def skip($count; f):
  if $count > 0 then _skip($count; f)
  elif $count == 0 then f
  else error("skip doesn't support negative count") end;
def first: .[0];
def last: .[-1];
def nth($place): .[$place];
def nth($place; f):
  if $place < 0 then error("nth doesn't support negative indices") else first(skip($place; f)) end;
def any(source; f): isempty(first(source | f or empty)) | not;
def all(source; f): isempty(first(source | f and empty));
def any(f): any(.[]; f);
def all(f): all(.[]; f);
def any: any(.[]; .);
def all: all(.[]; .);
def add(f): reduce f as $x (null; . + $x);
def add: reduce .[] as $x (null; . + $x);
def in($whole): . as $key | $whole | has($key);
def inside($whole): . as $part | $whole | contains($part);

def to_entries: [keys_unsorted[] as $key | {key: $key, value: .[$key]}];
def from_entries:
  reduce .[] as $entry ({};
    . + {
      ($entry
        | if .key == null then .k // .name // .Name // .K // .Key else .key end
        | if type == "string" then . else tojson end):
      ($entry | if type != "object" or has("value") then .value elif has("v") then .v else .Value end)
    });
def with_entries(f): to_entries | map(f) | from_entries;
def walk(f):
  def inner:
    if type == "object" then map_values(inner) elif type == "array" then map(inner) else . end | f;
  inner;
def paths: path(..) | select(length > 0);
def paths(f): path(.. | select(f)) | select(length > 0);
def leaf_paths: paths(scalars);
def pick(f): . as $whole | reduce path(f) as $path (null; setpath($path; $whole | getpath($path)));
def del(f): delpaths([path(f)]);
def min: _min_by(.);
def max: _max_by(.);
def transpose:
  if . == [] then [] else . as $rows | [range(map(length) | max)] | map(. as $column | $rows | map(.[$column])) end;
def combinations: if length == 0 then [] else .[0][] as $x | .[1:] | combinations | [$x] + . end;
def combinations($count): . as $items | [range($count)] | map($items) | combinations;
def flatten: _flatten(infinite);
def flatten($depth): if $depth < 0 then error("flatten depth must not be negative") else _flatten($depth) end;

def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique: _unique_by(.);
def unique_by(f): _unique_by(map([f]));
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));

def index($part): indices($part) | .[0];
def rindex($part): indices($part) | .[-1:][0];
def join($separator): _join($separator);
def ascii: [.] | implode;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def date: todate;
def dateadd(unit; $by): . + $by;
def datesub(unit; $by): . - $by;

def match($re): _match($re; null; false)[];
def match($re; $flags): _match($re; $flags; false)[];
def test($re): _match($re; null; true);
def test($re; $flags): _match($re; $flags; true);
def _names: [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def capture($re): match($re) | _names;
def capture($re; $flags): match($re; $flags) | _names;
def _found: if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan($re): match($re; "g") | _found;
def scan($re; $flags): match($re; "g" + $flags) | _found;
def split($re; $flags): _split($re; $flags);
def splits($re; $flags): _split($re; $flags)[];
def splits($re): splits($re; null);
def sub($re; f; $flags):
  . as $text
  | _pieces($re; $flags) as [$pieces, $rest]
  | reduce $pieces[] as [$before, $names] ([];
      [$names | f] as $new
      | reduce range($new | length) as $i (.; .[$i] += $before + $new[$i]))
  | if . == [] then $text else .[] + $rest end;
def sub($re; f): sub($re; f; "");
def gsub($re; f; $flags): sub($re; f; $flags + "g");
def gsub($re; f): sub($re; f; "g");

def tostream:
  path(def inner: (.[]? | inner), .; inner) as $path
  | getpath($path)
  | reduce path(.[]?) as $key ([$path, .]; [$path + $key]);
def fromstream(f):
  foreach f as $event ({value: null, emit: false};
    if .emit then {value: null, emit: false} else . end
    | if ($event | length) == 2
      then setpath(["value"] + $event[0]; $event[1]) | .emit = ($event[0] | length == 0)
      else .emit = ($event[0] | length == 1) end;
    if .emit then .value else empty end);
def truncate_stream(stream):
  . as $depth
  | null
  | stream
  | . as $event
  | if ($event[0] | length) > $depth then setpath([0]; $event[0][$depth:]) else empty end;

def IN(source): any(source == .; .);
def IN(source; of): any(source == of; .);
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; stream; f): stream | [., $index[f]];
def JOIN($index; stream; f; join): stream | [., $index[f]] | join;

def env: $ENV;
def halt_error: halt;
def halt_error($status): halt;
def debug: _debug;
def debug(message): (message | _debug | empty), .;
def stderr: _stderr;
def input_filename: null;
def have_literal_numbers: true;
def have_decnum: true;
def toarray: if type == "array" then . else [.] end;
def tojson: @json;
def significand: if . == 0 or isinfinite or isnan then . else frexp[0] * 2 end;
def logb: if . == 0 then -infinite elif isinfinite then infinite elif isnan then . else frexp[1] - 1 end;
def gamma: lgamma;
def lgamma_r: lgamma;
def pow10: exp10;
