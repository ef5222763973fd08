package dev.tidar.openai.web;

import dev.tidar.openai.Reply;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes replies, or parts of them, to a servlet's response. */
public final class ServletReply {

    private ServletReply() {}

    /** Writes status, headers and body. */
    public static void write(Reply.Whole reply, HttpServletResponse response) throws IOException {
        byte[] json = bytes(reply.json());
        writeHead(reply, response);
        response.setContentLength(json.length);
        write(json, response);
    }

    static void writeHead(Reply reply, HttpServletResponse response) {
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
    }

    static void writeEvent(String event, HttpServletResponse response) throws IOException {
        write(bytes(event), response);
    }

    private static void write(byte[] bytes, HttpServletResponse response) throws IOException {
        ServletOutputStream out = response.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
