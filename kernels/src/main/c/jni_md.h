/*
 * What jni.h of the JDK leaves to the platform, the same for all that the kernels are compiled for. JNICALL is empty as in
 * jni.h of later JDKs: 64-bit processors have one way to call.
 */
#ifndef TIDAR_JNI_MD_H
#define TIDAR_JNI_MD_H

#if defined(_WIN32)
#define JNIEXPORT __declspec(dllexport)
#define JNIIMPORT __declspec(dllimport)
#else
#define JNIEXPORT __attribute__((visibility("default")))
#define JNIIMPORT __attribute__((visibility("default")))
#endif
#define JNICALL

typedef int jint;
typedef long long jlong;
typedef signed char jbyte;

#endif
