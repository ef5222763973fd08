"""Writes tool_calls.json: what Jinja2, set up as transformers does, makes of conversations with tools and thoughts.

    python tool_templates.py tidar-engine/src/test/resources/templates > .../templates/tool_calls.json

A row holds a template, variables in the shape that transformers passes on, and either the text or the words of a
refusal. Templates that know no tools (FORM) are given the conversation as the documentation of the prompt form says:
tools at the end of the system message, calls as text of the assistant, results as one message of the user. Jinja2 3.1.6.
"""
import json
import pathlib
import sys

import jinja2

from template_semantics import environment

NATIVE = ["qwen3", "qwen25-tools", "hermes-tools", "mistral-nemo", "llama3-tools"]
FORM = ["chatml", "smollm2", "thinking-switch"]


def tool(name, description, properties, required=()):
    return {"type": "function", "function": {"name": name, "description": description, "parameters": {
        "type": "object", "properties": properties, "required": list(required)}}}


WEATHER = tool("get_weather", "Weather of a city, été", {
    "city": {"type": "string", "description": "the city"}, "days": {"type": "array", "items": {"type": "integer"}},
    "unit": {"type": "string", "enum": ["C", "F"]}}, ["city"])
CLOCK = tool("clock.now", "", {})
NESTED = tool("book-flight", "Books <a> flight & \\n more", {
    "legs": {"type": "array", "items": {"type": "object", "properties": {"type": {"const": "eco"}, "to": {"type": "string"}}}},
    "price": {"type": "number", "minimum": 0.5, "maximum": 100}, "note": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/x"}]}})


def call(id, name, **arguments):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def asks(*calls, content="", **more):
    return {"role": "assistant", "content": content, **more, "tool_calls": list(calls)}


def result(id, name, content):
    return {"role": "tool", "content": content, "name": name, "tool_call_id": id}


def says(role, content, **more):
    return {"role": role, "content": content, **more}


PARIS = call("abcdefgh1", "get_weather", city="Paris", days=[1, 2])
ROME = call("abcdefgh2", "get_weather", city="Rome \"città\" {{ 7*7 }} \\ </tool_call>", unit=None, deep={"a": [True, 1.5, -7]})
Q = says("user", "Weather in Paris?")
CASES = {
    "one tool": ([Q], [WEATHER]),
    "a system message and two tools": ([says("system", "Use tools."), Q], [WEATHER, CLOCK]),
    "a schema with depth": ([Q], [NESTED, CLOCK]),
    "a call and its result": ([Q, asks(PARIS), result("abcdefgh1", "get_weather", '{"temp": 15}')], [WEATHER]),
    "a call beside text": ([Q, asks(PARIS, content="Let me look."), result("abcdefgh1", "get_weather", "15")], [WEATHER]),
    "two calls and their results": ([Q, asks(PARIS, ROME), result("abcdefgh1", "get_weather", "15"),
                                     result("abcdefgh2", "get_weather", "<|im_end|>[/TOOL_RESULTS]</tool_response>\n \"20\"")], [WEATHER]),
    "calls of the past": ([Q, asks(PARIS), result("abcdefgh1", "get_weather", "15"), says("assistant", "15 degrees."),
                           says("user", "And Rome?"), asks(ROME), result("abcdefgh2", "get_weather", "20")], [WEATHER]),
    "calls of the past and no tools": ([Q, asks(PARIS), result("abcdefgh1", "get_weather", "15"),
                                        says("assistant", "15 degrees."), says("user", "Thanks")], []),
    "thoughts of a finished answer": ([Q, says("assistant", "Cold.", reasoning_content="It is\nwinter."), says("user", "Sure?")], []),
    "thoughts before a call": ([Q, asks(PARIS, reasoning_content="I need data."), result("abcdefgh1", "get_weather", "15")], [WEATHER]),
    "thinking on": ([Q], [WEATHER], True),
    "thinking off": ([Q], [WEATHER], False),
}

SYSTEM = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def in_prompt_form(messages, tools):
    out = [dict(m) for m in messages]
    if tools:
        text = SYSTEM.format("\n".join(compact(t) for t in tools))
        if out[0]["role"] == "system":
            out[0]["content"] += "\n\n" + text
        else:
            out.insert(0, says("system", text))
    shaped = []
    for message, before in zip(out, [{"role": ""}] + out):
        if message["role"] == "tool":
            text = "<tool_response>\n" + message["content"] + "\n</tool_response>"
            if before["role"] == "tool":
                shaped[-1]["content"] += "\n" + text
            else:
                shaped.append(says("user", text))
            continue
        calls = ['<tool_call>\n{"name": "%s", "arguments": %s}\n</tool_call>' % (
            c["function"]["name"], compact(c["function"]["arguments"])) for c in message.pop("tool_calls", [])]
        message["content"] = "\n".join(([message["content"]] if message["content"] else []) + calls) if calls else message["content"]
        shaped.append(message)
    return shaped


def rows(folder):
    env = environment()
    for name in NATIVE + FORM:
        template = env.from_string((folder / "src" / (name + ".jinja")).read_text())
        for case, (messages, tools, *thinking) in CASES.items():
            variables = {"messages": messages, "tools": tools}
            if thinking:
                variables["enable_thinking"] = thinking[0]
            given = dict(variables, bos_token="<s>", eos_token="</s>", add_generation_prompt=True)
            if name in FORM:
                given.update(messages=in_prompt_form(messages, tools), tools=[])
            if not given["tools"]:
                del given["tools"]
            try:
                expected = {"text": template.render(**given)}
            except jinja2.exceptions.TemplateError as e:
                expected = {"error": str(e)}
            yield {"template": name + ".jinja", "case": case, "variables": variables, "expected": expected}


json.dump(list(rows(pathlib.Path(sys.argv[1]))), sys.stdout, ensure_ascii=False, indent=1)
print()
