/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Style sheet and script of the page of report, built in. */
#ifndef SHMVIZ_REPORT_ASSETS_H
#define SHMVIZ_REPORT_ASSETS_H

extern const char asset_report_css[], asset_report_js[];

#endif /* SHMVIZ_REPORT_ASSETS_H */
