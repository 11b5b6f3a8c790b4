/*
 * test/standin/spatial.c
 *		geometry and geography as the bytes that SQL Server serialises them as, and
 *		as well-known binary.
 *
 * Points alone and lines of two points have short forms; otherwise the points
 * are followed by figures (lines and rings) and shapes, of which there is one
 * here.  geography keeps the latitude first.
 */
#include <math.h>
#include <string.h>

#include "reader.h"
#include "spatial.h"

#define HAS_Z			0x01
#define HAS_M			0x02
#define IS_VALID		0x04
#define IS_POINT		0x08
#define IS_SEGMENT		0x10

#define FIGURE_INTERIOR	0
#define FIGURE_STROKE	1
#define FIGURE_EXTERIOR	2

static void
put(char **at, const void *bytes, size_t size)
{
	memcpy(*at, bytes, size);
	*at += size;
}

static void
put_u8(char **at, uint8_t number)
{
	put(at, &number, 1);
}

static void
put_u32(char **at, uint32_t number)
{
	number = htole32(number);
	put(at, &number, 4);
}

static void
put_double(char **at, double number)
{
	uint64_t	bits;

	memcpy(&bits, &number, sizeof(bits));
	bits = htole64(bits);
	put(at, &bits, 8);
}

static void
put_points(char **at, const Spatial *spatial, bool geography)
{
	for (uint32_t i = 0; i < spatial->point_count; i++)
	{
		put_double(at, geography ? spatial->points[i].y : spatial->points[i].x);
		put_double(at, geography ? spatial->points[i].x : spatial->points[i].y);
	}
	for (uint32_t i = 0; spatial->z && i < spatial->point_count; i++)
		put_double(at, spatial->points[i].z);
	for (uint32_t i = 0; spatial->m && i < spatial->point_count; i++)
		put_double(at, spatial->points[i].m);
}

char *
spatial_to_bytes(Arena *arena, const Spatial *spatial, bool geography, size_t *size)
{
	char	   *bytes = arena_alloc(arena, 64 + 32 * (size_t) spatial->point_count +
									5 * (size_t) spatial->figure_count);
	char	   *at = bytes;
	bool		point = spatial->kind == SPATIAL_POINT && spatial->point_count == 1;
	bool		segment = spatial->kind == SPATIAL_LINESTRING && spatial->point_count == 2;

	put_u32(&at, (uint32_t) spatial->srid);
	put_u8(&at, 1);
	put_u8(&at, (uint8_t) (IS_VALID | (spatial->z ? HAS_Z : 0) | (spatial->m ? HAS_M : 0) |
						   (point ? IS_POINT : 0) | (segment ? IS_SEGMENT : 0)));
	if (!point && !segment)
		put_u32(&at, spatial->point_count);
	put_points(&at, spatial, geography);
	if (!point && !segment)
	{
		put_u32(&at, spatial->figure_count);
		for (uint32_t i = 0; i < spatial->figure_count; i++)
		{
			put_u8(&at, spatial->kind != SPATIAL_POLYGON ? FIGURE_STROKE :
				   i == 0 ? FIGURE_EXTERIOR : FIGURE_INTERIOR);
			put_u32(&at, spatial->figures[i]);
		}
		put_u32(&at, 1);
		put_u32(&at, UINT32_MAX);	/* no shape around it */
		put_u32(&at, spatial->figure_count > 0 ? 0 : UINT32_MAX);
		put_u8(&at, (uint8_t) spatial->kind);
	}
	*size = (size_t) (at - bytes);
	return bytes;
}

static double
get_double(Reader *reader)
{
	uint64_t	bits = reader_u64(reader);
	double		number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

static bool
get_points(Reader *reader, Arena *arena, bool geography, Spatial *out)
{
	if (reader->bad || out->point_count > reader_left(reader) / 16)
		return false;
	out->points = arena_alloc(arena, sizeof(SpatialPoint) * (size_t) (out->point_count + 1));
	for (uint32_t i = 0; i < out->point_count; i++)
	{
		double		first = get_double(reader);
		double		second = get_double(reader);

		out->points[i] = (SpatialPoint) {geography ? second : first, geography ? first : second, NAN, NAN};
	}
	for (uint32_t i = 0; out->z && i < out->point_count; i++)
		out->points[i].z = get_double(reader);
	for (uint32_t i = 0; out->m && i < out->point_count; i++)
		out->points[i].m = get_double(reader);
	return !reader->bad;
}

/* Figures, and the only shape. */
static bool
get_shape(Reader *reader, Arena *arena, Spatial *out)
{
	out->figure_count = reader_u32(reader);
	if (reader->bad || out->figure_count > reader_left(reader) / 5)
		return false;
	out->figures = arena_alloc(arena, 4 * (size_t) (out->figure_count + 1));
	for (uint32_t i = 0; i < out->figure_count; i++)
	{
		reader_u8(reader);
		out->figures[i] = reader_u32(reader);
		if (out->figures[i] >= out->point_count || (i > 0 && out->figures[i] <= out->figures[i - 1]))
			return false;
	}
	if (reader_u32(reader) != 1)
		return false;
	reader_u32(reader);
	reader_u32(reader);
	out->kind = reader_u8(reader);
	return out->kind >= SPATIAL_POINT && out->kind <= SPATIAL_POLYGON;
}

bool
spatial_from_bytes(Arena *arena, const char *bytes, size_t size, bool geography, Spatial *out)
{
	static const uint32_t start[1] = {0};
	Reader		reader;
	uint8_t		properties;

	memset(out, 0, sizeof(*out));
	reader_init(&reader, bytes, size);
	out->srid = (int32_t) reader_u32(&reader);
	if (reader_u8(&reader) != 1)
		return false;
	properties = reader_u8(&reader);
	out->z = (properties & HAS_Z) != 0;
	out->m = (properties & HAS_M) != 0;
	if (properties & (IS_POINT | IS_SEGMENT))
	{
		out->kind = properties & IS_POINT ? SPATIAL_POINT : SPATIAL_LINESTRING;
		out->point_count = (uint32_t) out->kind;
		out->figures = (uint32_t *) arena_copy(arena, (const char *) start, sizeof(start));
		out->figure_count = 1;
		return get_points(&reader, arena, geography, out) && reader_left(&reader) == 0;
	}
	out->point_count = reader_u32(&reader);
	return get_points(&reader, arena, geography, out) && get_shape(&reader, arena, out) &&
		!reader.bad && reader_left(&reader) == 0;
}

static void
put_position(char **at, const SpatialPoint *point, bool z, bool m)
{
	put_double(at, point->x);
	put_double(at, point->y);
	if (z)
		put_double(at, point->z);
	if (m)
		put_double(at, point->m);
}

/* Z and M add 1000 and 2000 to the number of the kind. */
char *
spatial_to_binary(Arena *arena, const Spatial *spatial, bool with_zm, size_t *size)
{
	static const SpatialPoint nowhere = {NAN, NAN, NAN, NAN};
	bool		z = with_zm && spatial->z;
	bool		m = with_zm && spatial->m;
	char	   *bytes = arena_alloc(arena, 48 + 32 * (size_t) spatial->point_count +
									4 * (size_t) spatial->figure_count);
	char	   *at = bytes;

	put_u8(&at, 1);				/* little-endian */
	put_u32(&at, (uint32_t) spatial->kind + (z ? 1000 : 0) + (m ? 2000 : 0));
	if (spatial->kind == SPATIAL_POLYGON)
		put_u32(&at, spatial->figure_count);
	for (uint32_t i = 0; i < spatial->figure_count; i++)
	{
		uint32_t	end = i + 1 < spatial->figure_count ? spatial->figures[i + 1] : spatial->point_count;

		if (spatial->kind != SPATIAL_POINT)
			put_u32(&at, end - spatial->figures[i]);
		for (uint32_t j = spatial->figures[i]; j < end; j++)
			put_position(&at, &spatial->points[j], z, m);
	}
	if (spatial->figure_count == 0 && spatial->kind == SPATIAL_LINESTRING)
		put_u32(&at, 0);
	if (spatial->figure_count == 0 && spatial->kind == SPATIAL_POINT)
		put_position(&at, &nowhere, z, m);
	*size = (size_t) (at - bytes);
	return bytes;
}
