/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text inside SVG and HTML. */
#ifndef SHMVIZ_XML_H
#define SHMVIZ_XML_H

#include <stddef.h>
#include <stdio.h>

/*
 * Any bytes, as text or as the value of an attribute: what is no printable UTF-8
 * is escaped as text_escape() has it, then what XML means something by.
 */
void xml_put(FILE *out, const void *bytes, size_t len);
void xml_put_text(FILE *out, const char *text);
/* What text_escape() has been at already. */
void xml_put_escaped(FILE *out, const char *text);
/* Its first bytes, up to the end of a character. */
void xml_put_cut(FILE *out, const char *text, size_t len);

#endif /* SHMVIZ_XML_H */
