"""The grammar of COQL queries, as far as record sync asks them (Zoho CRM API v8, COQL Overview)."""

from functools import cache

from lark import Lark

GRAMMAR = r"""
query: _SELECT columns _FROM NAME _WHERE condition [group] [order] [limit]
columns: column ("," column)*
column: NAME [_AS NAME]                             -> plain
      | FUNCTION "(" NAME ")" [_AS NAME]            -> aggregate
?condition: conjunction (_OR conjunction)*          -> either
?conjunction: term (_AND term)*                     -> every
?term: "(" condition ")"
     | NAME COMPARISON value                        -> compared
     | NAME _IN "(" value ("," value)* ")"          -> among
     | NAME _NOT _IN "(" value ("," value)* ")"     -> not_among
     | NAME _LIKE value                             -> like
     | NAME _NOT _LIKE value                        -> not_like
     | NAME _BETWEEN value _AND value               -> between
     | NAME _IS _NULL                               -> absent
     | NAME _IS _NOT _NULL                          -> present
group: _GROUP _BY NAME ("," NAME)*
order: _ORDER _BY sorting ("," sorting)*
sorting: NAME [DIRECTION]                           -> by_name
       | FUNCTION "(" NAME ")" [DIRECTION]          -> by_aggregate
limit: _LIMIT INTEGER                               -> limit_count
     | _LIMIT INTEGER "," INTEGER                   -> limit_offset_count
     | _LIMIT INTEGER _OFFSET INTEGER               -> limit_count_offset
     | _OFFSET INTEGER                              -> offset_alone
value: STRING | NUMBER | INTEGER | BOOLEAN

_SELECT.2: /select\b/i
_FROM.2: /from\b/i
_WHERE.2: /where\b/i
_AND.2: /and\b/i
_OR.2: /or\b/i
_IN.2: /in\b/i
_NOT.2: /not\b/i
_LIKE.2: /like\b/i
_BETWEEN.2: /between\b/i
_IS.2: /is\b/i
_NULL.2: /null\b/i
_AS.2: /as\b/i
_GROUP.2: /group\b/i
_ORDER.2: /order\b/i
_BY.2: /by\b/i
_LIMIT.2: /limit\b/i
_OFFSET.2: /offset\b/i
FUNCTION.2: /(count|sum|avg|min|max)(?=\s*\()/i
DIRECTION.2: /(asc|desc)\b/i
BOOLEAN.2: /(true|false)\b/i
COMPARISON: "=" | "!=" | "<=" | ">=" | "<" | ">"
NAME: /[A-Za-z_$][A-Za-z0-9_.]*/
STRING: /'(?:[^'\\]|\\.|'')*'/ | /"(?:[^"\\]|\\.)*"/
INTEGER.1: /\d+/
NUMBER.2: /-?\d+\.\d+|-\d+/
%import common.WS
%ignore WS
"""


@cache
def parser() -> Lark:
    """Return the parser, made at the first query: a sandbox that is asked none starts the sooner."""
    return Lark(GRAMMAR, start="query", parser="lalr", maybe_placeholders=True)
