"""Writes semantics.json: what Jinja2, set up as transformers does, makes of small expressions and statements.

    python template_semantics.py > tidar-engine/src/test/resources/templates/semantics.json

A row holds a template, its variables and either the text or the kind of refusal. Jinja2 3.1.6.
"""
import datetime
import json
import re
import sys

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


def environment():
    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda f: datetime.datetime(2026, 3, 1, 12, 30).strftime(f)
    return env


WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "Weather of a city, \u00e9t\u00e9 <b>&", "parameters": {
    "type": "object", "properties": {"city": {"type": "string", "description": "the city"}, "unit": {"enum": ["C", "F"]}}, "required": ["city"]}}}
U, A, S = (lambda t: {"role": "user", "content": t}), (lambda t: {"role": "assistant", "content": t}), (lambda t: {"role": "system", "content": t})
CALL = {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdefghi", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Paris", "unit": "C"}}}]}
RESULT = {"role": "tool", "name": "get_weather", "content": "{\"temp\": 15}", "tool_call_id": "abcdefghi"}
CASES = r'''
{{ 7.0 // 2 }} {{ -7 // 2.0 }} {{ -7.5 % 2 }} {{ 7 % -3 }} {{ 5.5 % -2 }} {{ 2 ** -1 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}
{{ 1e16 }} {{ 1e15 }} {{ 123456789012345680.0 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1.5e-7 }} {{ 100.0 }} {{ 2e-323 }} {{ 1.7976931348623157e308 }} {{ 9007199254740993.0 }} {{ 2.0e22 }} {{ 5e-324 }}
{{ true + 1 }} {{ true * 3 }} {{ 3 / true }} {{ true == 1 }} {{ true is integer }} {{ true is number }} {{ -true }}
{{ 'é日😀' | length }} {{ 'é日😀x'[2] }} {{ 'a😀b'[::-1] }} {{ 'a😀b'.find('b') }} {{ 'a😀b' | list }} {{ 'a😀b'[1:2] }}
{{ 'a\'b"c' ~ ['a\'b"c', "it's", 'tab\t', 'nl\n', 'é', '\u200b', '\x07', '😀', '\ue000'] }}
{{ [undefined_thing] }} {{ {'a': none, 1: true, 2.5: [], none: ()} }}
{{ [1, [2, (3,)], {'k': (1, 2)}] }} {{ () }} {{ [] }} {{ {} }}
{{ 'abcdef'[4:1:-1] }} {{ 'abcdef'[-100:3] }} {{ 'abcdef'[::2] }} {{ 'abcdef'[5:0:-2] }} {{ [1,2,3][5:] }} {{ (1,2,3)[:-1] }} {{ 'abc'[none:2] }} {{ [1,2,3,4][-3:-1] }} {{ 'abcdef'[:-7:-1] }}
{{ [1,2][5] }}|{{ [1,2]['x'] }}|{{ 5['x'] }}|{{ none.foo }}|{{ {'a':1}.b }}|{{ 'abc'[9] }}
{{ messages[9].content }}
{{ undefined_thing.x }}
{{ undefined_thing + 'x' }}
{{ 'x' + 1 }}
{{ 1 + 'x' }}
{{ [1] + (2,) }}
{{ 'a' < 1 }}
{{ none < 1 }}
{{ {'a': 1} < {'a': 2} }}
{{ [1, 2] < [1, 3] }} {{ (1, 'a') < (1, 'b') }} {{ 'Z' < 'a' }} {{ 1 < 1.5 }} {{ [] < [0] }} {{ true < 2 }}
{{ 1 in (1, 2) }} {{ 'a' in ['a'] }} {{ 2 in range(3) }} {{ none in [none] }} {{ 'x' in undefined_thing }} {{ 'x' not in 'abc' }} {{ '' in 'abc' }} {{ 'a' in {'a': 1}.keys() }}
{{ 1 in 'abc' }}
{{ 1 in 5 }}
{{ not true or true }} {{ not (true or true) }} {{ 1 == 1 and 2 }} {{ none or false }} {{ '' and 1 }} {{ [] and 1 }} {{ 0.0 or 'z' }}
{{ 1 if true }}|{{ 1 if false }}|{{ 1 if false else 2 if false else 3 }}|{{ (1 if false) is defined }}
{{ 3 > 2 == true }} {{ 1 < 3 > 2 }} {{ 1 == 1 in [1] }} {{ 1 != 2 != 1 }}
{{ 1 ~ 2 + 3 }} {{ 'a' ~ 'b' * 2 }} {{ 1 + 2 ~ 3 }} {{ 2 * 3 ~ 4 }}
{{ -1 | abs }} {{ (-1) | abs }} {{ - 'a' | length }}
{{ 2 - -2 }} {{ +3 }} {{ --3 }} {{ 10 - 2 - 3 }} {{ 100 / 10 / 2 }} {{ 7 - 2 * 3 % 4 }}
{{ 5 / 0 }}
{{ 5 % 0 }}
{{ 5 // 0.0 }}
{{ 'a' 'b' "c" }} {{ "\x41\101\u00e9\U0001F600\q\\" }} {{ 'line\
joined' }}
{{ 1_000.5 }} {{ 1.5E+3 }} {{ 00 }} {{ 0 }}
{{ [1,2,3,] }} {{ (1,2,) }} {{ {'a':1,} }} {{ 1, 2 }} {{ 1, }}
{{ [1,2].0 }} {{ [[1,2],[3]].0.1 }} {{ {'a': [5]}.a.0 }}
{{ '  a b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ 'a  b'.split(' ') }} {{ ''.split() }} {{ ''.split(',') }} {{ ' a b c '.split(none, 1) }} {{ 'abc'.split('abc') }} {{ ' a b c '.rsplit(none, 1) }} {{ 'a,b'.split(',', maxsplit=0) }} {{ 'aXXXb'.rsplit('XX') }}
{{ 'a\nb\r\nc\rd\n'.splitlines() }} {{ 'a\nb\n'.splitlines(true) }} {{ ''.splitlines() }} {{ '\n'.splitlines() }}
{{ 'a-b-c'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'abc'.partition('-') }} {{ 'abc'.rpartition('-') }}
{{ 'abc'.split('') }}
{{ 'xxabxx'.lstrip('x') }} {{ 'xxabxx'.rstrip('x') }} {{ 'abcba'.strip('ab') }} {{ '\u00a0 a\u2003'.strip() }}| {{ 'a'.strip('') }} {{ '\x1c a \x85'.strip() }}|
{{ 'aaa'.replace('a', 'b', 2) }} {{ 'abc'.replace('', '-') }} {{ 'aaa' | replace('a', 'b', 1) }} {{ ''.replace('', 'x') }} {{ 'abc'.replace('b', '') }} {{ 'a😀b'.replace('', '.') }} {{ 'abc'.replace('', '-', 2) }}
{{ 'abc'.count('') }} {{ 'aaaa'.count('aa') }} {{ 'abcabc'.rfind('b') }} {{ 'abc'.find('z') }} {{ 'abc'.index('c') }}
{{ 'abc'.index('z') }}
{{ "they're bill's o'neil x1y éa".title() }} {{ "they're bill's (x [y {z <w a-b" | title }} {{ 'ÀB cD' | capitalize }} {{ 'ÀB'.capitalize() }} {{ 'straße'.upper() }} {{ 'ǆa'.capitalize() }}
{{ 'ab'.removeprefix('a') }} {{ 'ab'.removesuffix('b') }} {{ 'ab'.removeprefix('x') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.startswith('') }}
{{ 'abc'.isalpha() }} {{ 'a1'.isalnum() }} {{ '12'.isdigit() }} {{ ' '.isspace() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }} {{ ''.isalpha() }} {{ '1'.isupper() }}
{{ ''.join([1]) }}
{{ '-'.join('abc') }} {{ ''.join([]) }} {{ '-'.join({'a': 1, 'b': 2}) }}
{{ 'abc'.startswith(1) }}
{{ 'abc'.nothing() }}
{{ 'abc'.encode }}|{{ 'abc'.__class__ }}|{{ [].__class__ }}|{{ {}.__class__ }}
{{ ''.__class__.__mro__ }}
{{ [1].append(2) }}
{{ {}.update({'a': 1}) }}
{{ {'items': 5}.items() | list }} {{ {'items': 5}['items'] }} {{ {'update': 5}.update }}|{{ {'update': 5}['update'] }} {{ {'get': 1}.get('get') }}
{{ {'a': 1}.items() }} {{ {'a': 1}.keys() }} {{ {'a': 1}.values() }} {{ {'a': 1}.values() | list }} {{ {'a': 1}.items() | length }} {{ {}.items() }}
{{ {'a': 1, 'a': 2, 'b': 3} }} {{ {1: 'a', true: 'b', 1.0: 'c'} }} {{ {1: 'x'}[true] }} {{ {'a': 1}.get('z') }} {{ {'a': 1}.get('z', {}) }} {{ {'a':1} == {'a':1.0} }} {{ {'a':1,'b':2} == {'b':2,'a':1} }}
{{ {[1]: 2} }}
{{ dict(a=1).a }} {{ dict({'x': 1}, y=2) }} {{ namespace(a=1).a }} {{ namespace({'b': 2}).b }} {{ namespace().zzz is defined }}
{{ [1,2] | length }} {{ {} | length }} {{ undefined_thing | length }} {{ 'é' | count }} {{ range(5) | length }}
{{ 5 | length }}
{{ none | length }}
{{ messages | map(attribute='role') | length }}
{{ messages | map(attribute='role') | join(', ') }} {{ messages | join(', ', attribute='role') }} {{ messages | map(attribute='nope', default='d') | list }} {{ messages | map(attribute='nope') | list }}
{% set g = [1,2,3] | map('string') %}{{ g | list }}{{ g | list }}{{ 'true' if g else 'false' }}
{{ 'yes' if messages | selectattr('role', 'equalto', 'nobody') else 'no' }}
{{ [1,2,3,4] | select('divisibleby', 2) | list }} {{ [1,2,3] | reject('odd') | list }} {{ [0,1,'',none] | select | list }} {{ [0,1] | reject | list }} {{ [1,2,3] | select('>', 1) | list }} {{ [1,2,3] | select('in', [1,3]) | list }} {{ messages | selectattr('tool_calls') | list }} {{ messages | selectattr('tool_calls', 'defined') | list }} {{ [{'a':{'b':1}},{'a':{'b':2}}] | selectattr('a.b', 'eq', 2) | list }} {{ [[1,2],[3,4]] | map(attribute=1) | list }} {{ [[1,2],[3,4]] | map(attribute='1') | list }} {{ [[1,2],[3,4]] | map('first') | list }} {{ ['a','b'] | map('replace', 'a', 'x') | list }} {{ [' a '] | map('trim') | list }}
{{ [1,2,3] | select('nonsense') | list }}
{{ [1,2,3] | map('nonsense') | list }}
{{ ['b','A','c'] | sort }} {{ ['b','A','c'] | sort(case_sensitive=true) }} {{ [3,1,2] | sort(reverse=true) }} {{ [{'n':2},{'n':1}] | sort(attribute='n') }} {{ 'cab' | sort }} {{ [1, 2.5, true] | sort }} {{ ['a', 'A'] | sort }} {{ ['B','a'] | unique | list }} {{ ['a','A','b'] | unique | list }} {{ ['a','A'] | unique(case_sensitive=true) | list }}
{{ [1,'a'] | sort }}
{{ {'b':1,'A':2} | dictsort }} {{ {'b':1,'A':2} | dictsort(true) }} {{ {'a':2,'b':1} | dictsort(by='value') }} {{ {'a':2,'b':1} | dictsort(reverse=true) }} {{ {'a':2,'b':1} | dictsort(false, 'value', true) }}
{{ [1,2,3] | sum }} {{ [] | sum }} {{ [{'a':1},{'a':2}] | sum(attribute='a') }} {{ [1.5, 2] | sum(start=10) }} {{ [[1],[2]] | sum(start=[]) }}
{{ ['a','b'] | sum }}
{{ [3,1,2] | min }} {{ ['b','A'] | max }} {{ [] | min }}| {{ ['b','A'] | min(case_sensitive=true) }} {{ [{'a':3},{'a':1}] | max(attribute='a') }} {{ 'hello' | max }}
{{ [] | first }}|{{ 'abc' | first }}|{{ 'abc' | last }}|{{ {'a':1,'b':2} | first }}|{{ [] | last }}|{{ '' | first is defined }} {{ {'a':1,'b':2} | last }}
{{ [1,2,3] | reverse | list }} {{ 'abc' | reverse }} {{ {'a':1,'b':2} | list }} {{ undefined_thing | list }} {{ {'a':1,'b':2} | reverse | list }}
{{ 5 | list }}
{{ none | list }}
{{ [1,2,3,4,5] | batch(2) | list }} {{ [1,2] | batch(5) | list }} {{ [] | batch(2) | list }}
{{ '3.7' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ -3.9 | int }} {{ none | int }} {{ true | int }} {{ ' 12 ' | int }} {{ '1_000' | int }} {{ '1e3' | int }} {{ '' | int }} {{ [] | int }}
{{ '1.5' | float }} {{ 'x' | float }} {{ 'x' | float(2.5) }} {{ 3 | float }} {{ 'nan' | float }} {{ '-inf' | float }} {{ none | float }} {{ '1e5' | float }} {{ '1f' | float }}
{{ 2.675 | round(2) }} {{ 2.5 | round }} {{ 3.5 | round }} {{ 1234 | round(-2) }} {{ 1.25 | round(1) }} {{ 2.1 | round(0, 'ceil') }} {{ 2.345 | round(2, 'floor') }} {{ -0.4 | round }} {{ 1250 | round(-2) }} {{ 7 | round(1,'ceil') }} {{ 1e300 | round(2) }}
{{ 2 | round(1, 'nonsense') }}
{{ -3 | abs }} {{ -3.5 | abs }} {{ true | abs }}
{{ 'x' | abs }}
{{ undefined_thing | upper }}|{{ undefined_thing | trim }}|{{ undefined_thing | join }}|{{ none | upper }}|{{ 5 | upper }}|{{ none | trim }}|{{ [1] | trim }}|{{ 'xax' | trim('x') }}|{{ none | default('d') }}|{{ none | default('d', true) }}|{{ 0 | default(5, boolean=true) }}|{{ undefined_thing | default }}|{{ undefined_thing | d(1) }}
{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent(2, blank=true) }}|{{ 'a\nb' | indent('> ') }}|{{ '' | indent }}|{{ 'a\nb' | indent(width=1, first=True) }}|{{ 'a\n' | indent(2) }}|
{{ '<&>"\'' | e }} {{ 5 | escape }} {{ '<b>' | safe }} {{ 'abc' | string }} {{ [1] | string }}
{{ undefined_thing | tojson }}
{{ messages | map(attribute='role') | tojson }}
{{ [1.0, 1e20, 1e-7, true, none, 'é😀\u0001\u007f/<>&\''] | tojson }} {{ 'é😀' | tojson(ensure_ascii=true) }} {{ {'b':1,'a':2} | tojson(sort_keys=true) }} {{ [1,[2,{}],[]] | tojson(indent=2) }} {{ {'a':1,'b':[1,2]} | tojson(separators=(',', ':')) }} {{ (1,2) | tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }} {{ [] | tojson(indent=4) }} {{ {'a': [1]} | tojson(indent='--') }} {{ {'a': {'b': []}} | tojson(indent=0) }} {{ [1,2] | tojson(indent=none) }}
{{ '%s %d' % ('a', 2) }} {{ '%.3f|%.1f|' % (3.14159, 1.25) }} {{ '100%% %s' % none }} {{ '%s' % [1,2] }} {{ '%d' % 3.9 }} {{ '%f' % 1 }} {{ '%f' % -0.0 }} {{ '%s and %s' | format('x', 'y') }} {{ '%.0f' % 0.5 }} {{ '%.0f' % 1.5 }} {{ '%s' % (1,) }} {{ '%s' % {'a': 1} }}
{{ '%s %s' % ('a',) }}
{{ '%s' % ('a', 'b') }}
{{ '%d' % 'x' }}
{{ '%' % 1 }}
{{ 'abc' % 1 }}
{{ x is defined and x is string }} {{ 5 is defined }} {{ none is defined }} {{ undefined_thing is undefined }} {{ 1.0 is float }} {{ 1 is float }} {{ 'a' is iterable }} {{ 5 is iterable }} {{ {} is sequence }} {{ {}.items() is sequence }} {{ {}.items() is iterable }} {{ none is iterable }} {{ undefined_thing is iterable }} {{ range is callable }} {{ 'a' is callable }} {{ 3 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 'ab' is lower }} {{ 'AB' is upper }} {{ 1 is in [1] }} {{ 1 is not in [1] }} {{ 1 is sameas 1 }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ 0 is false }} {{ 2 is eq 2 }} {{ 2 is ne 2 }} {{ 1 is lt 2 }} {{ 2 is ge 2 }} {{ 'upper' is filter }} {{ 'odd' is test }} {{ 'zzz' is filter }} {{ (1,) is sequence }} {{ 'a' is mapping }} {{ undefined_thing is none }} {{ undefined_thing is string }} {{ -1 is odd }} {{ 2.0 is even }}
{{ 'x' is odd }}
{{ 1 is nonsense }}
{{ 1 | nonsense }}
{{ nonsense() }}
{% nonsense %}
{% include 'x' %}
{% extends 'x' %}
{% for %}{% endfor %}
{% if true %}
{% endif %}
{{ 1 +
{{ 1 + }}
{{ }}
{% set true = 1 %}
{% for x in [1] %}{% endif %}{% endfor %}
{{ (1 }}
{{ 1) }}
{{ [1}] }}
{{ 'abc }}
{{ "\xZZ" }}
{{ a b }}
{{ a.+ }}
{{ f(a=1, 2) }}
{{ 1 is odd is even }}
{% macro %}{% endmacro %}
{% macro m(a=1, b) %}{% endmacro %}
{{ $ }}
{# never closed
{% raw %} never closed
{% for x in [1,2,3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.cycle('a','b') }}{{ loop.changed(x) }}{{ loop['index'] }}{{ loop.nonsense is defined }};{% endfor %}
{% for x in [1,1,2] %}{{ loop.changed(x) }}{% endfor %} {% for c in 'aé😀' %}[{{ c }}]{% endfor %} {% for k in {'a':1,'b':2} %}{{ k }}{% endfor %} {% for x in undefined_thing %}x{% else %}e{% endfor %} {% for x in (1,2) %}{{ x }}{% endfor %}
{% for x in none %}{% endfor %}
{% for x in 5 %}{% endfor %}
{% for a, b in [[1,2],[3,4]] %}{{ a }}{{ b }}{% endfor %} {% for a, (b, c) in [(1,(2,3))] %}{{ a }}{{ b }}{{ c }}{% endfor %} {% for a, in [[1],[2]] %}{{ a }}{% endfor %} {% for c, d in ['xy', 'zw'] %}{{ d }}{{ c }}{% endfor %}
{% for a, b in [[1,2,3]] %}{% endfor %}
{% set a, b = 'xy' %}{{ a }}{{ b }} {% set a, b = b, a %}{{ a }}{{ b }} {% set t = 1, 2 %}{{ t }} {% set (p, q) = [8, 9] %}{{ p }}{{ q }}
{% set a, b = 1 %}
{% for x in [1,2,3] if x > 5 %}{% else %}none{% endfor %} {% for x in [3,1,2] if x != 1 %}{{ loop.index }}{{ x }}{{ loop.last }}{% endfor %} {% for x in range(10) if x is odd %}{{ x }}{% endfor %} {% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}
{% for i in range(3) %}{% for j in range(3) %}{% if j == 1 %}{% continue %}{% endif %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}{% endfor %}
{% break %}
{% for x in range(2) %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{% set x = 'outer' %}{% for i in [1,2] %}{{ x }}{% set x = 'inner' ~ i %}{{ x }}{% endfor %}{{ x }}{% if true %}{% set x = 'if' %}{% endif %}{{ x }}{% with %}{% set x = 'with' %}{{ x }}{% endwith %}{{ x }}{% with x = 'w', y = x %}{{ x }}{{ y }}{% endwith %}{{ x }}
{% for i in [1,2] %}{{ y is defined }}{% set y = i %}{% endfor %}{{ y is defined }} {% for i in [] %}{% else %}{% set z = 1 %}{% endfor %}{{ z is defined }}{{ i is defined }}
{% set ns = namespace(a=1, l=[]) %}{% for i in range(3) %}{% set ns.l = ns.l + [i] %}{% set ns.a = ns.a * 2 %}{% endfor %}{{ ns.a }}{{ ns.l }}{{ ns['a'] }}{{ ns.zz is defined }}
{% set x = 1 %}{% set x.y = 2 %}
{% set nope.y = 2 %}
{% set x = {} %}{% set x.y = 2 %}
{% set x | upper %}abc{% endset %}{{ x }} {% set x | trim | upper %} abc {% endset %}{{ x }} {% set y = 1 %}{% set b %}{% set y = 2 %}{{ y }}{% endset %}{{ b }}{{ y }} {% filter upper %}a{{ 'b' }}{% endfilter %} {% filter replace('a', 'x') | upper %}banana{% endfilter %}
{% macro m(a, b=a, c=3) %}{{ a }}{{ b }}{{ c }}{{ d is defined }}{% endmacro %}{{ m(1) }} {{ m(1, 2) }} {{ m(c=9, a=7) }} {{ m() }}
{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, b=5) }}{{ m(b=5) }}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{% endmacro %}{{ m(z=2) }}
{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}
{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}
{% macro m(x) %}<{{ caller(x, 2) }}|{{ caller(3) }}>{% endmacro %}{% call(a, b='B') m(1) %}{{ a }}{{ b }}{% endcall %}
{% macro m() %}{{ caller() if caller is defined else 'none' }}{% endmacro %}{{ m() }}{% call m() %}c{% endcall %}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }} {{ f(2) | length }} {% set r = f(1) %}{{ r }}
{% set g = 'global' %}{% macro m() %}{{ g }}{% endmacro %}{{ m() }}{% set g = 'changed' %}{{ m() }} {% macro k() %}{% set g = 'in' %}{{ g }}{% endmacro %}{{ k() }}{{ g }}
{% macro outer() %}{% macro inner(x) %}[{{ x }}]{% endmacro %}{{ inner(1) }}{{ inner(2) }}{% endmacro %}{{ outer() }}{{ inner is defined }}
  {%- set x = 1 -%}  a  {{- x -}}  b  {%+ if true %}c{% endif +%}  d
    {% if true %}x{% endif %}    y
{% if true %}
  indented
    {% for i in [1,2] %}
    row {{ i }}
    {% endfor %}
{% endif %}
end
a {# c #} b {#- d -#} c
   {# own line #}
next
{% raw %}  {{ a }} {% b %} {# c #} {% endraw %} {%- raw -%}  x  {%- endraw -%}  y
  {% raw %}
 {{ x }}
  {% endraw %}
after
{{ 'a' -}}   
   b {{- 'c' }}   {{+ 'd' }}
{% if true -%}
   x
{%- endif %}
y
{% if true +%}
x
{% endif +%}
y
a
    {%+ if true %}b{% endif %}
{{ range(3) | list }} {{ range(2, 8, 3) | list }} {{ range(5, 0, -2) | list }} {{ range(0) | list }} {{ range(3)[1] }} {{ range(10)[2:4] | list }} {{ range(3)[-1] }}
{{ range(1, 2, 0) }}
{{ range() }}
{{ range('a') }}
{{ cycler('a', 'b').next() }} {% set c = cycler(1, 2) %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.current }}
{{ strftime_now('%d %B %Y %H:%M:%S %p %I %A %a %b %y %j %m %% %-d %-m %e|%F %T %R') }}
{{ raise_exception('x' ~ 1) }}
{{ messages == messages[:] }} {{ messages[0] == messages[1] }} {{ messages[-1] == messages[1] }} {{ [1,[2]] == [1,[2.0]] }} {{ (1,) == [1] }} {{ 'a' != 'b' }} {{ none == none }} {{ undefined_thing == undefined_thing2 }} {{ none == undefined_thing }} {{ range(3) == range(3) }}
{{ "a" if messages[0].role == "user" and messages|length > 1 or false else "b" }} {{ messages|map(attribute='content')|map('upper')|join('/') }} {{ (messages|last).content }} {{ messages[0:1][0]['content'] }}
{% if messages[0].tool_calls is defined and messages[0].tool_calls %}t{% elif messages[0]['role'] in ['user', 'system'] %}u{% endif %}{% if not loop %}n{% endif %}
{% if true: %}x{% endif %} {% for x in [1]: %}{{ x }}{% endfor %}
{{ 'abc' | upper | lower | title }} {{ ('abc' | upper)[0] }} {{ 'a,b' | replace(',', ';') | upper }} {{ ['a'] | first | upper ~ 'x' }} {{ 'a' | upper == 'A' }} {{ 1 + 'ab' | length }} {{ not 'a' is string }} {{ 'a' is string and 'b' is string }} {{ 5 is odd or false }}
{{ messages.0.role }} {{ messages.0['content'][0] }} {{ messages[0].get('content') }} {{ messages[0].get('x', 'dflt') }} {{ messages[0].keys() | list }}
{%- for m in messages -%}{{ m.role | upper }}: {{ m.content }}{% if not loop.last %}, {% endif %}{%- endfor -%}
{{ "}}" }} {{ '{{' }} {{ "{% if %}" }} {{ {'a': {'b': 1}}}} {{ {} }}
{{ 12345678901 * 2 }} {{ 2 ** 40 }} {{ 9223372036854775807 }}
{{ 'x' * 0 }}|{{ 'x' * -1 }}|{{ [1] * 2 }}|{{ 2 * 'ab' }}|{{ (1,) * 2 }}|{{ [] * 5 }}
{{ [1,2,3].index(2) }} {{ [1,2,1].count(1) }} {{ (1,2).index(2) }}
{{ [1].index(5) }}
{{ 'a' is not none }} {{ not none is none }} {{ (not none) is none }} {{ none is not defined }}
{{ [1, 2, 3] | join }} {{ [1, none, true] | join('-') }} {{ 'abc' | join(',') }} {{ [undefined_thing, 1] | join('-') }}
{{ 1 if }}
{{ x[1:2:3:4] }}
{{ 1 in [1] if true else 2 }} {{ [x for x in y] }}
{% for a, b in [[1,2],[3,4]] %}{{ a }}{{ b }}{% endfor %} {% for a, (b, c) in [(1,(2,3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for c, d in ['xy', 'zw'] %}{{ d }}{{ c }}{% endfor %}
{% for a, in [[1],[2]] %}{{ a }}{% endfor %}
{{ {}.__class__ is none }}
{{ messages.__len__ is string }}
{{ "%s" | format(1) ~ "%d" % 5 }} {{ (1, 2)[0] }} {{ {'a': 1}['a'] }} {{ 'abc'['upper']() }} {{ 'ab'.upper().lower() }}
{% set x = [1,2] %}{{ x[0] + x[-1] }} {% set d = {'k': [1, {'z': 2}]} %}{{ d.k[1].z }} {{ d['k'][1]['z'] }} {{ d.get('k')[0] }}
{{ messages | selectattr('role', 'in', ['user']) | map(attribute='content') | first }} {{ messages | rejectattr('role', 'eq', 'user') | list | tojson }}
{{ (messages | selectattr('role', 'equalto', 'user') | list)[-1].content }} {{ (messages | map(attribute='role'))[0] is defined }}
'''
# Templates of several lines, and some that are none.
MULTI = ["{{ 'line\\\njoined' }}", "    {% if true %}x{% endif %}    y\n", "{% if true %}\n  indented\n    {% for i in [1,2] %}\n    row {{ i }}\n    {% endfor %}\n{% endif %}\nend\n",
 "   {# own line #}\nnext", "  {% raw %}\n {{ x }}\n  {% endraw %}\nafter", "{{ 'a' -}}   \n   b {{- 'c' }}   {{+ 'd' }}", "{% if true -%}\n   x\n{%- endif %}\ny\n\n",
 "{% if true +%}\nx\n{% endif +%}\ny", "a\n    {%+ if true %}b{% endif %}\nc", "a\r\nb\rc{{ 'x\r\ny' }}\r\n", "{% set x = 1 %}\n\n{{ x }}\n\n\n", "{{ 'a' }}\n{% if true %}b{% endif %}\n\n  {% if true %}c{% endif %} \n", "x {% if true %} y {% endif %} z", "\n  {%- if true %}\n  a\n  {%- endif %}\n", "{%if true%}a{%endif%}", "{{1}}{{2}}", "{%- raw %}\n a {% endraw +%}\n b", "{% raw %}a{% raw %}b{% endraw %}", "  {#+ keep #}\nx", "  {# multi\n line #}  \n  y", "{{ [1,\n 2,\n 3] }}\n{{ messages\n  | length }}", "{", "{ {", "{{{'a':1}.a}}", "}}", "%}", "#}", "\n\n", "  ", "{% if true %}{% else %}x{% endif %}"]


def refused(template):
    try:
        environment().from_string(template).render(messages=[U("hi"), A("yo")])
        return False
    except jinja2.exceptions.TemplateError:
        return True
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, KeyError, AttributeError, IndexError):
        return True


def split(template):
    """A line of several expressions of which one is refused becomes one row for each."""
    if template.count("{{") < 2 or "{%" in template or template in MULTI or not refused(template):
        return [template]
    return [p for p in re.findall(r"\{\{.*?\}\}(?=[ |]|$)", template)]


def expected(template, variables):
    try:
        return {"text": environment().from_string(template).render(**variables)}
    except jinja2.exceptions.TemplateSyntaxError as e:
        return {"syntax_error": e.message}
    except Exception as e:  # what Jinja2 says is not part of the contract, that it refuses is
        return {"error": type(e).__name__, "message": str(e)}


if __name__ == "__main__":
    lines = [l for l in CASES.strip("\n").split("\n") if any(o in l for o in ("{{", "{%", "{#"))] + MULTI
    variables = dict(messages=[U("hi"), A("yo")])
    rows = {}
    for line in lines:
        for template in split(line):
            rows.setdefault(template, expected(template, variables))
    out = [{"template": t, "variables": variables, "expected": e} for t, e in rows.items()
           if "object at 0x" not in e.get("text", "") and t != "  {% raw %}"]
    print(len(out), "rows,", sum("text" not in o["expected"] for o in out), "refused", file=sys.stderr)
    json.dump(out, sys.stdout, ensure_ascii=False, indent=1)
