/*
 * spatial.h
 *		geometry and geography: well-known text, well-known binary, and the bytes
 *		that SQL Server serialises them as.
 */
#ifndef STANDIN_SPATIAL_H
#define STANDIN_SPATIAL_H

#include "convert.h"

typedef enum SpatialKind
{
	SPATIAL_POINT = 1,			/* numbers as in well-known binary */
	SPATIAL_LINESTRING,
	SPATIAL_POLYGON
} SpatialKind;

typedef struct SpatialPoint
{
	double		x;				/* longitude */
	double		y;				/* latitude */
	double		z;				/* NAN = none */
	double		m;
} SpatialPoint;

/* No points at all: EMPTY. */
typedef struct Spatial
{
	SpatialKind kind;
	int32_t		srid;
	bool		z;				/* some point has it */
	bool		m;
	SpatialPoint *points;
	uint32_t	point_count;
	uint32_t   *figures;		/* first point of each line or ring */
	uint32_t	figure_count;
} Spatial;

/* False: *problem says why, as SQL Server does, with its number. */
extern bool spatial_from_text(Arena *arena, const char *text, size_t size, bool geography,
							  int32_t srid, Spatial *out, const char **problem);
extern bool spatial_from_bytes(Arena *arena, const char *bytes, size_t size, bool geography,
							   Spatial *out);

extern char *spatial_to_bytes(Arena *arena, const Spatial *spatial, bool geography, size_t *size);
extern char *spatial_to_text(Arena *arena, const Spatial *spatial, bool with_zm, size_t *size);
extern char *spatial_to_binary(Arena *arena, const Spatial *spatial, bool with_zm, size_t *size);

#endif
