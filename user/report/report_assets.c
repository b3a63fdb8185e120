// SPDX-License-Identifier: GPL-2.0-or-later
#include "page_assets.h"
#include "report_assets.h"

PAGE_ASSET(asset_report_css, "user/report/report.css");
PAGE_ASSET(asset_report_js, "user/report/report.js");
