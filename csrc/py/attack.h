// attack: engine/attack with Python users, as a Python object.
#ifndef GS_PY_ATTACK_H
#define GS_PY_ATTACK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyTypeObject gs_attack_type;

#endif
