// SPDX-License-Identifier: GPL-2.0-or-later
#include "page_assets.h"

PAGE_ASSET(asset_page_css, "user/page/page.css");
PAGE_ASSET(asset_page_dark_css, "user/page/page-dark.css");
PAGE_ASSET(asset_page_js, "user/page/page.js");
PAGE_ASSET(asset_map_css, "user/picture/map.css");
PAGE_ASSET(asset_map_dark_css, "user/picture/map-dark.css");
PAGE_ASSET(asset_map_model_js, "user/picture/map_model.js");
PAGE_ASSET(asset_map_js, "user/picture/map.js");
