/*
 * The functions that dev.tidar.backend.jni.NativeKernels declares, over the table of the level in use. Nothing is
 * checked here: Java passes only what it has allocated and measured.
 */
#include "kernels.h"

#include <jni.h>

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_dev_tidar_backend_jni_NativeKernels_##name
#define AT(address) ((void*)(intptr_t)(address))

enum { INTERFACE_VERSION = 3 };

static const struct Kernels* kernels;

NATIVE(jint, version)(JNIEnv* env, jclass class) {
    (void)env, (void)class;
    return INTERFACE_VERSION;
}

NATIVE(jint, levels)(JNIEnv* env, jclass class) {
    (void)env, (void)class;
    return supported_levels();
}

NATIVE(void, use)(JNIEnv* env, jclass class, jint level) {
    (void)env, (void)class;
    kernels = kernels_of(level);
}

NATIVE(jlong, reserve)(JNIEnv* env, jclass class, jlong bytes) {
    (void)env, (void)class;
    return (jlong)(intptr_t)reserve_memory(bytes);
}

NATIVE(void, release)(JNIEnv* env, jclass class, jlong address, jlong bytes) {
    (void)env, (void)class;
    release_memory(AT(address), bytes);
}

NATIVE(void, preferLargePages)(JNIEnv* env, jclass class, jlong address, jlong bytes) {
    (void)env, (void)class;
    prefer_large_pages(AT(address), bytes);
}

NATIVE(void, lowerPriority)(JNIEnv* env, jclass class) {
    (void)env, (void)class;
    lower_priority();
}

NATIVE(jobject, view)(JNIEnv* env, jclass class, jlong address, jint bytes) {
    (void)class;
    return (*env)->NewDirectByteBuffer(env, AT(address), bytes);
}

NATIVE(jlong, panelBytes)(JNIEnv* env, jclass class, jint kind, jint inputs) {
    (void)env, (void)class;
    return kernels->panelBytes(kind, inputs);
}

NATIVE(void, packPanel)(JNIEnv* env, jclass class, jlong panel, jint kind, jlong rows, jint inputs) {
    (void)env, (void)class;
    kernels->packPanel(AT(panel), kind, AT(rows), inputs);
}

NATIVE(void, readRow)
(JNIEnv* env, jclass class, jlong y, jint kind, jlong panels, jlong scales, jint inputs, jint row, jfloat factor) {
    (void)env, (void)class;
    kernels->readRow(AT(y), kind, AT(panels), AT(scales), inputs, row, factor);
}

NATIVE(jlong, quantizedBytes)(JNIEnv* env, jclass class, jint inputs) {
    (void)env, (void)class;
    return kernels->quantizedBytes(inputs);
}

NATIVE(void, quantize)(JNIEnv* env, jclass class, jlong q, jlong x, jint inputs, jint rows) {
    (void)env, (void)class;
    kernels->quantize(AT(q), AT(x), inputs, rows);
}

NATIVE(jlong, productScratch)(JNIEnv* env, jclass class, jint rows, jint panels) {
    (void)env, (void)class;
    return kernels->productScratch(rows, panels);
}

NATIVE(void, product)
(JNIEnv* env, jclass class, jint mode, jlong y, jint outputs, jlong x, jint rows, jint inputs, jint kind, jlong panels,
 jlong scales, jlong bias, jint drafting, jlong ranks, jlong sources, jint rank, jint upKind, jlong up, jlong upScales,
 jint panel, jint count, jlong scratch) {
    (void)env, (void)class;
    const struct Product p = {
        .mode = mode,
        .y = AT(y),
        .outputs = outputs,
        .x = AT(x),
        .rows = rows,
        .inputs = inputs,
        .kind = kind,
        .panels = AT(panels),
        .scales = AT(scales),
        .bias = AT(bias),
        .drafting = drafting,
        .ranks = AT(ranks),
        .sources = AT(sources),
        .rank = rank,
        .upKind = upKind,
        .up = AT(up),
        .upScales = AT(upScales),
        .panel = panel,
        .count = count,
        .scratch = AT(scratch),
    };
    kernels->product(&p);
}

NATIVE(void, rmsNorm)
(JNIEnv* env, jclass class, jlong y, jlong x, jlong gain, jfloat epsilon, jint columns, jint rows) {
    (void)env, (void)class;
    kernels->rmsNorm(AT(y), AT(x), AT(gain), epsilon, columns, rows);
}

NATIVE(void, rotateAndStore)
(JNIEnv* env, jclass class, jlong qkv, jint row, jint rows, jint exact, jint numHeads, jint numKvHeads, jint headDim,
 jlong queryGain, jlong keyGain, jfloat epsilon, jlong cosines, jlong sines, jlong queryScales, jlong positions,
 jlong blocks, jlong kv, jint kvKind, jint blockTokens, jlong blockBytes, jint layer) {
    (void)env, (void)class;
    const struct Rotation r = {
        .qkv = AT(qkv),
        .row = row,
        .rows = rows,
        .exact = exact,
        .heads = {numHeads, numKvHeads, headDim},
        .queryGain = AT(queryGain),
        .keyGain = AT(keyGain),
        .epsilon = epsilon,
        .cosines = AT(cosines),
        .sines = AT(sines),
        .queryScales = AT(queryScales),
        .positions = AT(positions),
        .blocks = AT(blocks),
        .cache = {AT(kv), kvKind, blockTokens, blockBytes, layer},
    };
    kernels->rotateAndStore(&r);
}

NATIVE(jlong, attentionScratch)
(JNIEnv* env, jclass class, jint queries, jint headDim, jint blocks, jint blockTokens, jint fresh) {
    (void)env, (void)class;
    return kernels->attentionScratch(queries, headDim, blocks, blockTokens, fresh);
}

NATIVE(void, attend)
(JNIEnv* env, jclass class, jlong out, jlong qkv, jint row, jint rows, jint kvHead, jint numHeads, jint numKvHeads,
 jint headDim, jlong positions, jint window, jlong visible, jint groupFirst, jint groupRows, jlong blockTable, jlong kv,
 jint kvKind, jint blockTokens, jlong blockBytes, jint layer, jlong scratch) {
    (void)env, (void)class;
    const struct Attention a = {
        .out = AT(out),
        .qkv = AT(qkv),
        .row = row,
        .rows = rows,
        .kvHead = kvHead,
        .heads = {numHeads, numKvHeads, headDim},
        .positions = AT(positions),
        .window = window,
        .visible = AT(visible),
        .groupFirst = groupFirst,
        .groupRows = groupRows,
        .blockTable = AT(blockTable),
        .cache = {AT(kv), kvKind, blockTokens, blockBytes, layer},
        .scratch = AT(scratch),
    };
    kernels->attend(&a);
}

NATIVE(void, copy)(JNIEnv* env, jclass class, jlong to, jlong from, jlong bytes) {
    (void)env, (void)class;
    copy_memory(AT(to), AT(from), bytes);
}

NATIVE(void, read)(JNIEnv* env, jclass class, jfloatArray to, jlong from, jint count) {
    (void)class;
    (*env)->SetFloatArrayRegion(env, to, 0, count, AT(from));
}

NATIVE(void, mix)(JNIEnv* env, jclass class, jlong y, jlong x, jint columns, jfloat beta) {
    (void)env, (void)class;
    kernels->mix(AT(y), AT(x), columns, beta);
}

NATIVE(void, write)(JNIEnv* env, jclass class, jlong to, jfloat value) {
    (void)env, (void)class;
    *(float*)AT(to) = value;
}

NATIVE(jint, best)(JNIEnv* env, jclass class, jlong scores, jint count) {
    (void)env, (void)class;
    return kernels->best(AT(scores), count);
}
