"""Writes what the Hugging Face library makes of a small repository, for a test that finds it again.

    python tools/golden/hub_cache.py FOLDER > tidar-engine/src/test/resources/hub/python-cache.txt

Needs huggingface_hub (the version stands in the first line of what is written). A server on the loopback interface
serves the files of FOLDER as the repository acme/tiny; `snapshot_download` puts them into a temporary cache, which is
listed: one line a file or link, with a blob named by the file of FOLDER that has its content.
"""

import hashlib
import http.server
import json
import os
import sys
import tempfile
import threading

REPOSITORY = "acme/tiny"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]


def is_large(name):
    return name.endswith(".safetensors")


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    contents = {}

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            siblings = [{"rfilename": name} for name in self.contents]
            return self.answer(json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}).encode())
        if path.startswith(f"/api/models/{REPOSITORY}/tree/"):
            return self.answer(json.dumps([self.entry(name) for name in self.contents]).encode())
        name = path.rsplit("/", 1)[-1]
        content = self.contents[name]
        if is_large(name) and not path.startswith("/storage/"):
            self.send_response(302)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("X-Linked-Etag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("Location", f"http://localhost:{self.server.server_port}/storage/{name}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.answer(content, [("X-Repo-Commit", COMMIT), ("ETag", f'"{git_hash(content)}"')])

    def entry(self, name):
        content = self.contents[name]
        entry = {"type": "file", "path": name, "size": len(content), "oid": git_hash(content)}
        if is_large(name):
            entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
        return entry

    def answer(self, content, headers=()):
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *arguments):
        pass


def lines(cache, contents):
    by_content = {content: name for name, content in contents.items()}
    for folder, _, names in sorted(os.walk(cache)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            shown = os.path.relpath(path, cache)
            if os.path.islink(path):
                yield f"link {shown} {os.readlink(path)}"
            elif "/blobs/" in path:
                yield f"blob {shown} {by_content[open(path, 'rb').read()]}"
            elif "/refs/" in path:
                yield f"text {shown} {open(path).read()}"
            else:
                yield f"other {shown}"


def main(folder):
    Hub.contents = {name: open(os.path.join(folder, name), "rb").read() for name in FILES}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as cache:
        os.environ.update(
            HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}",
            HF_HOME=cache + "/home",
            HF_HUB_DISABLE_TELEMETRY="1",
            HF_HUB_DISABLE_PROGRESS_BARS="1",
        )
        import huggingface_hub

        huggingface_hub.snapshot_download(REPOSITORY, cache_dir=cache + "/hub")
        print(f"# huggingface_hub {huggingface_hub.__version__}, snapshot_download")
        print("\n".join(lines(cache + "/hub", Hub.contents)))


if __name__ == "__main__":
    main(*sys.argv[1:])
