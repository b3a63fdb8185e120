// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "err.h"
#include "text.h"
#include "redact.h"
#include "top_model.h"
#include "top_text.h"
#include "write_ls_all.h"

#define NS_PER_SEC	1e9

void top_model_init(struct top_model *model, const struct top_options *opt)
{
	*model = (struct top_model) {
		.opt = opt,
		.sort = opt->sort,
		.inverted = opt->inverted,
	};
	memcpy(model->kinds, opt->choice.kinds, sizeof(model->kinds));
	/* What it is compared with is shown text, too. */
	text_show(model->filter, sizeof(model->filter), opt->filter,
		  strlen(opt->filter));
}

static void drop_rows(struct top_model *model)
{
	for (size_t i = 0; i < model->n_all; i++) {
		free(model->all[i].object);
		free(model->all[i].name);
	}
	free(model->all);
	free(model->rows);
	model->all = NULL;
	model->rows = NULL;
	model->n_all = model->n = 0;
}

void top_model_free(struct top_model *model)
{
	drop_rows(model);
	object_list_free(&model->list);
	top_activity_free(&model->activities);
}

static char *show(const char *bytes)
{
	size_t len = strlen(bytes), size = TEXT_ESCAPED_SIZE(len);
	char *text = malloc(size);

	if (!text)
		err_nomem();
	text_show(text, size, bytes, len);
	return text;
}

static void name_row(struct top_row *row)
{
	char *notation = object_name_text(&row->obj->handle);

	row->object = show(notation);
	row->name = show(row->obj->name ? row->obj->name : "");
	free(notation);
}

static void make_row(struct top_model *model, struct top_row *row,
		     const struct object *obj)
{
	const char *words[OBJECT_WORDS_MAX];
	struct top_activity *activity;
	size_t n;

	*row = (struct top_row) {
		.obj = obj,
		.key = top_key_of_object(obj),
	};
	name_row(row);
	n = object_words(&model->list, obj, words);
	for (size_t i = 0; i < n; i++)
		top_text_add(row->status, sizeof(row->status), "%s%s",
			     i ? "," : "", words[i]);
	activity = top_activity_find(&model->activities, &row->key);
	if (!activity)
		return;
	row->events = activity->events;
	row->rate = activity->rate;
	activity->listed = true;
}

static void add_up(struct top_totals *totals, const struct object *obj)
{
	totals->objects[obj->kind]++;
	totals->all++;
	totals->size += obj->known ? obj->size : 0;
	totals->resident += obj->counted ? obj->resident : 0;
	totals->swapped += obj->counted && obj->shmem ? obj->swapped : 0;
}

int top_model_look(struct top_model *model)
{
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);
	int ret;

	if (model->looks)
		top_activity_tick(&model->activities,
				  (begun - model->looked) / NS_PER_SEC);
	drop_rows(model);
	object_list_free(&model->list);
	model->totals = (struct top_totals) {};
	model->looked = begun;
	model->looks++;
	ret = object_list_read(&model->list, &model->opt->choice);
	if (ret)
		return ret;
	model->all = calloc(model->list.n + 1, sizeof(*model->all));
	model->rows = calloc(model->list.n + 1, sizeof(struct top_row *));
	if (!model->all || !model->rows)
		return -ENOMEM;
	for (size_t i = 0; i < model->list.n; i++) {
		make_row(model, &model->all[i], model->list.objects[i]);
		add_up(&model->totals, model->list.objects[i]);
		model->n_all++;
	}
	top_model_order(model);
	model->cost = clock_ns(CLOCK_MONOTONIC) - begun;
	return 0;
}

void top_model_redact(struct top_model *model)
{
	redact_objects(&model->list);
	for (size_t i = 0; i < model->n_all; i++) {
		free(model->all[i].object);
		free(model->all[i].name);
		name_row(&model->all[i]);
	}
}

static int compare_values(const struct top_row *a, const struct top_row *b,
			  enum top_column column)
{
	uint64_t x = 0, y = 0;
	bool have_x = top_column_value(a, column, &x);
	bool have_y = top_column_value(b, column, &y);

	/* What is not known comes last. */
	if (have_x != have_y)
		return have_x ? -1 : 1;
	return x > y ? -1 : x < y;
}

/* qsort_r(3) hands it over. */
static int compare_by(const struct top_row *a, const struct top_row *b,
		      enum top_column column)
{
	switch (column) {
	case TOP_RATE:
		return a->rate > b->rate ? -1 : a->rate < b->rate;
	case TOP_OBJECT:
		return 0;	/* as all that is equal */
	case TOP_NAME:
		/* Those without come last. */
		if (!*a->name != !*b->name)
			return *a->name ? -1 : 1;
		return strcmp(a->name, b->name);
	default:
		return compare_values(a, b, column);
	}
}

static int compare_rows(const void *x, const void *y, void *ctx)
{
	const struct top_row *a = *(const struct top_row **)x;
	const struct top_row *b = *(const struct top_row **)y;
	const struct top_model *model = ctx;
	int order = compare_by(a, b, model->sort);

	if (!order && model->sort == TOP_RATE)
		order = compare_by(a, b, TOP_EVENTS);
	if (!order && !top_columns[model->sort].text)
		order = compare_by(a, b, TOP_RSS);
	if (!order)
		order = strverscmp(a->object, b->object);
	return model->inverted ? -order : order;
}

void top_model_order(struct top_model *model)
{
	model->n = 0;
	for (size_t i = 0; i < model->n_all; i++) {
		struct top_row *row = &model->all[i];

		if (model->kinds[row->obj->kind] &&
		    top_row_matches(model, row, model->filter))
			model->rows[model->n++] = row;
	}
	qsort_r(model->rows, model->n, sizeof(struct top_row *), compare_rows, model);
}

long top_model_find(const struct top_model *model, const struct top_key *key)
{
	for (size_t i = 0; i < model->n; i++)
		if (top_key_same(&model->rows[i]->key, key))
			return i;
	return -1;
}
