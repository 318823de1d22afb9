#pragma once
#define M_PI 3.14159265358979323846
#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define isnan(x) __builtin_isnan(x)
#define isfinite(x) __builtin_isfinite(x)
double fmax(double, double);
double fmin(double, double);
double fabs(double);
double ceil(double);
double floor(double);
double sqrt(double);
double sin(double);
double cos(double);
double atan(double);
double exp(double);
double log(double);
double pow(double, double);
double ldexp(double, int);
float sqrtf(float);
float sinf(float);
float cosf(float);
float atanf(float);
float expf(float);
float logf(float);
float fabsf(float);
