// program: goose._engine.Program, what the compiler made of a user class: the loaded program, and
// what it needs of Python.
#ifndef GS_PY_PROGRAM_H
#define GS_PY_PROGRAM_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "plan/program.h"

extern PyTypeObject gs_program_type;

// The program in a goose._engine.Program, kept by it. NULL with an exception: it is none.
const struct gs_program *gs_program_of(PyObject *object);

// The function of an island, borrowed.
PyObject *gs_program_island(PyObject *object, uint32_t island);

// The function of a native as Python has it, borrowed.
PyObject *gs_program_native(uint32_t native);

// program_tables(): {"ops": {name: (number, operands)}, "natives": {python name: (number, least,
// most)}, "words": {name: number}}, for the compiler.
PyObject *gs_program_tables(PyObject *module, PyObject *unused);

#endif
