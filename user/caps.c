// SPDX-License-Identifier: GPL-2.0-or-later
#include "caps.h"

bool caps_have(cap_value_t cap)
{
	cap_flag_value_t value = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (!caps)
		return false;
	/* A capability that this kernel doesn't know is not in effect. */
	if (cap_get_flag(caps, cap, CAP_EFFECTIVE, &value))
		value = CAP_CLEAR;
	cap_free(caps);
	return value == CAP_SET;
}
