#pragma once
#include <sys/qos.h>
int pthread_set_qos_class_self_np(qos_class_t, int);
void pthread_jit_write_protect_np(int);
