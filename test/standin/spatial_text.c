/*
 * test/standin/spatial_text.c
 *		geometry and geography as well-known text: POINT, LINESTRING and POLYGON.
 *
 * A position has two to four numbers: x, y, z and m, of which z may be NULL.
 * Other shapes are refused with the answer that a word unknown to SQL Server gets.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spatial.h"

static const char *const kind_names[] = {
	[SPATIAL_POINT] = "POINT", [SPATIAL_LINESTRING] = "LINESTRING", [SPATIAL_POLYGON] = "POLYGON"
};

typedef struct TextReader
{
	const char *at;				/* NUL-terminated */
	Spatial    *out;
	uint32_t	capacity;
	Arena	   *arena;
} TextReader;

static void
skip_blanks(TextReader *reader)
{
	while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n' || *reader->at == '\r')
		reader->at++;
}

static bool
accept(TextReader *reader, const char *word)
{
	size_t		size = strlen(word);

	skip_blanks(reader);
	if (strncasecmp(reader->at, word, size) != 0)
		return false;
	reader->at += size;
	return true;
}

static SpatialPoint *
add_point(TextReader *reader)
{
	Spatial    *out = reader->out;

	if (out->point_count == reader->capacity)
	{
		SpatialPoint *larger;

		reader->capacity = reader->capacity * 2 + 16;
		larger = arena_alloc(reader->arena, sizeof(*larger) * reader->capacity);
		if (out->point_count > 0)
			memcpy(larger, out->points, sizeof(*larger) * out->point_count);
		out->points = larger;
	}
	return &out->points[out->point_count++];
}

static bool
read_position(TextReader *reader)
{
	SpatialPoint *point = add_point(reader);
	double		numbers[4] = {NAN, NAN, NAN, NAN};
	int			count = 0;

	for (; count < 4; count++)
	{
		char	   *end;

		skip_blanks(reader);
		if (count >= 2 && accept(reader, "NULL"))
			continue;
		if (strchr("+-.0123456789", *reader->at) == NULL || *reader->at == '\0')
			break;
		numbers[count] = strtod(reader->at, &end);
		if (end == reader->at || !isfinite(numbers[count]))
			return false;
		reader->at = end;
	}
	*point = (SpatialPoint) {numbers[0], numbers[1], numbers[2], numbers[3]};
	reader->out->z |= !isnan(point->z);
	reader->out->m |= !isnan(point->m);
	return count >= 2;
}

/* ( x y, x y ... ): a figure. */
static bool
read_figure(TextReader *reader, bool single)
{
	Spatial    *out = reader->out;
	uint32_t   *figures = arena_alloc(reader->arena, sizeof(*figures) * (out->figure_count + 1));

	if (out->figure_count > 0)
		memcpy(figures, out->figures, sizeof(*figures) * out->figure_count);
	out->figures = figures;
	figures[out->figure_count++] = out->point_count;
	if (!accept(reader, "("))
		return false;
	do
	{
		if (!read_position(reader))
			return false;
	} while (!single && accept(reader, ","));
	return accept(reader, ")");
}

static bool
read_shape(TextReader *reader)
{
	bool		polygon = reader->out->kind == SPATIAL_POLYGON;

	if (accept(reader, "EMPTY"))
		return true;
	if (!polygon)
		return read_figure(reader, reader->out->kind == SPATIAL_POINT);
	if (!accept(reader, "("))
		return false;
	do
	{
		if (!read_figure(reader, false))
			return false;
	} while (accept(reader, ","));
	return accept(reader, ")");
}

/* What SQL Server says of a figure; NULL = nothing. */
static const char *
problem_of(const Spatial *spatial, uint32_t figure)
{
	uint32_t	start = spatial->figures[figure];
	uint32_t	end = figure + 1 < spatial->figure_count ? spatial->figures[figure + 1] : spatial->point_count;
	const SpatialPoint *first = &spatial->points[start];
	const SpatialPoint *last = &spatial->points[end - 1];

	if (spatial->kind == SPATIAL_LINESTRING && end - start < 2)
		return "24117: The LineString input is not valid because it does not have enough distinct "
			"points. A LineString must have at least two distinct points.";
	if (spatial->kind != SPATIAL_POLYGON)
		return NULL;
	if (end - start < 4)
		return "24305: The Polygon input is not valid because the ring does not have enough distinct "
			"points. Each ring of a polygon must contain at least three distinct points.";
	if (first->x != last->x || first->y != last->y)
		return "24306: The Polygon input is not valid because the start and end points of the ring are "
			"not the same. Each ring of a polygon must have the same start and end points.";
	return NULL;
}

static const char *
problem_of_place(const Spatial *spatial)
{
	if (spatial->srid != 104001 && (spatial->srid < 4120 || spatial->srid > 4999))
		return "24204: The spatial reference identifier (SRID) is not valid. The specified SRID must "
			"match one of the supported SRIDs displayed in the sys.spatial_reference_systems catalog view.";
	for (uint32_t i = 0; i < spatial->point_count; i++)
	{
		if (fabs(spatial->points[i].y) > 90)
			return "24201: Latitude values must be between -90 and 90 degrees.";
		if (fabs(spatial->points[i].x) > 15069)
			return "24200: Longitude values must be between -15069 and 15069 degrees.";
	}
	return NULL;
}

bool
spatial_from_text(Arena *arena, const char *text, size_t size, bool geography, int32_t srid,
				  Spatial *out, const char **problem)
{
	char	   *copy = arena_alloc(arena, size + 1);
	TextReader	reader = {.at = copy, .out = out, .arena = arena};

	memcpy(copy, text, size);
	copy[size] = '\0';
	memset(out, 0, sizeof(*out));
	out->srid = srid;
	for (out->kind = SPATIAL_POINT; out->kind <= SPATIAL_POLYGON; out->kind++)
	{
		if (accept(&reader, kind_names[out->kind]))
			break;
	}
	*problem = "24114: The label in the input well-known text (WKT) is not valid. Valid labels are "
		"POINT, LINESTRING and POLYGON.";
	if (out->kind > SPATIAL_POLYGON)
		return false;
	*problem = "24141: A number is expected in the input well-known text (WKT).";
	if (!read_shape(&reader))
		return false;
	skip_blanks(&reader);
	if (reader.at != copy + size)
		return false;
	*problem = geography ? problem_of_place(out) : NULL;
	for (uint32_t i = 0; *problem == NULL && i < out->figure_count; i++)
		*problem = problem_of(out, i);
	return *problem == NULL;
}

/* The shortest text that is the same number; exponents as .NET has them. */
static size_t
put_number(char *out, double number)
{
	int			digits = 15;
	int			size;

	do
	{
		size = sprintf(out, "%.*G", digits, number);
	} while (strtod(out, NULL) != number && ++digits <= 17);
	return (size_t) size;
}

static size_t
put_position(char *out, const SpatialPoint *point, bool with_zm)
{
	size_t		used = put_number(out, point->x);

	out[used++] = ' ';
	used += put_number(out + used, point->y);
	if (with_zm && (!isnan(point->z) || !isnan(point->m)))
	{
		out[used++] = ' ';
		used += isnan(point->z) ? (size_t) sprintf(out + used, "NULL") : put_number(out + used, point->z);
		if (!isnan(point->m))
		{
			out[used++] = ' ';
			used += put_number(out + used, point->m);
		}
	}
	return used;
}

char *
spatial_to_text(Arena *arena, const Spatial *spatial, bool with_zm, size_t *size)
{
	char	   *text = arena_alloc(arena, 32 + 112 * (size_t) spatial->point_count +
								   4 * (size_t) spatial->figure_count);
	bool		polygon = spatial->kind == SPATIAL_POLYGON;
	size_t		used = (size_t) sprintf(text, "%s %s", kind_names[spatial->kind],
										spatial->figure_count == 0 ? "EMPTY" : polygon ? "(" : "");

	for (uint32_t i = 0; i < spatial->figure_count; i++)
	{
		uint32_t	end = i + 1 < spatial->figure_count ? spatial->figures[i + 1] : spatial->point_count;

		used += (size_t) sprintf(text + used, "%s(", i > 0 ? ", " : "");
		for (uint32_t j = spatial->figures[i]; j < end; j++)
		{
			if (j > spatial->figures[i])
				used += (size_t) sprintf(text + used, ", ");
			used += put_position(text + used, &spatial->points[j], with_zm);
		}
		text[used++] = ')';
	}
	if (polygon && spatial->figure_count > 0)
		text[used++] = ')';
	*size = used;
	return text;
}
