#pragma once
typedef enum { QOS_CLASS_USER_INTERACTIVE = 0x21, QOS_CLASS_BACKGROUND = 0x09 } qos_class_t;
