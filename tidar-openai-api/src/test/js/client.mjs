// What an application does with OpenAI's own client. Arguments: base URL, model that tells stories, model that calls tools.
// Prints one JSON object, which OpenAiJavaScriptClientTest judges.
import OpenAI from "openai";

const [baseURL, stories, weather] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "unused", maxRetries: 0 });
const report = {};

report.models = (await client.models.list()).data.map((model) => model.id).sort();

const tale = { model: stories, messages: [{ role: "user", content: "Once upon a time" }], max_tokens: 40, seed: 7 };
const whole = await client.chat.completions.create(tale);
report.whole = { content: whole.choices[0].message.content, finish: whole.choices[0].finish_reason, usage: whole.usage };

let streamed = "";
let usage = null;
const stream = await client.chat.completions.create({ ...tale, stream: true, stream_options: { include_usage: true } });
for await (const chunk of stream) {
    streamed += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
}
report.streamed = { content: streamed, usage };

const asked = [];
const runner = client.chat.completions.runTools({
    model: weather,
    max_tokens: 400,
    messages: [{ role: "user", content: "What is the weather in Tokyo and in Paris?" }],
    stream: true,
    tools: [{
        type: "function",
        function: {
            name: "weather",
            description: "The weather in a city",
            parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
            parse: JSON.parse,
            function: ({ city }) => {
                asked.push(city);
                return `sun in ${city}`;
            },
        },
    }],
});
report.tools = { content: await runner.finalContent(), asked };

const parsed = await client.chat.completions.parse({
    model: stories,
    max_tokens: 200, // room for all the white space that the grammar allows, because parse rejects what a limit has cut
    messages: [{ role: "user", content: "Once upon a time there was a pet" }],
    response_format: {
        type: "json_schema",
        json_schema: {
            name: "pet",
            strict: true,
            schema: {
                type: "object",
                properties: { kind: { enum: ["cat", "dog"] } },
                required: ["kind"],
                additionalProperties: false,
            },
        },
    },
});
report.parsed = JSON.parse(parsed.choices[0].message.content);

const weighed = await client.chat.completions.create({ ...tale, max_tokens: 3, logprobs: true, top_logprobs: 2 });
report.logprobs = weighed.choices[0].logprobs.content.map((token) => token.top_logprobs.length);

try {
    await client.chat.completions.create({ ...tale, model: "gpt-4o" });
} catch (failure) {
    report.failure = {
        kind: failure.constructor.name, status: failure.status, code: failure.code, param: failure.param,
    };
}

const left = await client.chat.completions.create({ ...tale, max_tokens: 400, stream: true });
for await (const chunk of left) {
    if (chunk.choices[0].delta.content) {
        left.controller.abort();
        report.left = true;
    }
}

console.log(JSON.stringify(report));
