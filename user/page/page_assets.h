/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Style sheets and scripts of pages and pictures: files that are built in. */
#ifndef SHMVIZ_PAGE_ASSETS_H
#define SHMVIZ_PAGE_ASSETS_H

/*
 * A file of the tree as a string with the name `name`, for a file at top level of
 * a C source; Makefile has its objects depend on all style sheets and scripts. To
 * others it is `extern const char name[];`.
 */
#define PAGE_ASSET(name, path)						\
	__asm__(".pushsection .rodata\n"				\
		".global " #name "\n"					\
		#name ":\n"						\
		".incbin \"" path "\"\n"				\
		".byte 0\n"						\
		".popsection\n")

extern const char asset_page_css[], asset_page_dark_css[], asset_page_js[];
extern const char asset_map_css[], asset_map_dark_css[];
extern const char asset_map_model_js[], asset_map_js[];

#endif /* SHMVIZ_PAGE_ASSETS_H */
