/*
 * test/standin/meta.c
 *		instance.meta: read at start, replaced as a whole at every change.
 *
 * The file is text, one "key=value" a line, described by two tables of fields.
 * It is written beside the old one, synchronized, and renamed over it, so that
 * a process killed at any moment leaves either the old or the new one; the last
 * line "complete" tells a whole file from any other.
 */
#include "meta.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "log.h"

#define RECORDS		256
#define FILE_HEADER	"standin 1"

typedef enum FieldKind
{
	FIELD_INT,
	FIELD_BOOL,
	FIELD_TEXT,
	FIELD_ID					/* 16 bytes */
} FieldKind;

typedef struct Field
{
	const char *key;
	FieldKind	kind;
	size_t		offset;
} Field;

static const Field database_fields[] = {
	{"id", FIELD_INT, offsetof(DatabaseRecord, id)},
	{"state", FIELD_INT, offsetof(DatabaseRecord, state)},
	{"name", FIELD_TEXT, offsetof(DatabaseRecord, name)},
	{"role", FIELD_INT, offsetof(DatabaseRecord, mirror.role)},
	{"guid", FIELD_ID, offsetof(DatabaseRecord, mirror.guid)},
	{"sequence", FIELD_INT, offsetof(DatabaseRecord, mirror.sequence)},
	{"safety", FIELD_INT, offsetof(DatabaseRecord, mirror.safety)},
	{"safety_sequence", FIELD_INT, offsetof(DatabaseRecord, mirror.safety_sequence)},
	{"timeout", FIELD_INT, offsetof(DatabaseRecord, mirror.timeout)},
	{"suspended", FIELD_BOOL, offsetof(DatabaseRecord, mirror.suspended)},
	{"need_copy", FIELD_BOOL, offsetof(DatabaseRecord, mirror.need_copy)},
	{"handover", FIELD_INT, offsetof(DatabaseRecord, mirror.handover)},
	{"vote", FIELD_INT, offsetof(DatabaseRecord, mirror.vote)},
	{"partner_url", FIELD_TEXT, offsetof(DatabaseRecord, mirror.partner_url)},
	{"partner_name", FIELD_TEXT, offsetof(DatabaseRecord, mirror.partner_name)},
	{"partner_id", FIELD_ID, offsetof(DatabaseRecord, mirror.partner_id)},
	{"witness_url", FIELD_TEXT, offsetof(DatabaseRecord, mirror.witness_url)},
};

static const Field witness_fields[] = {
	{"guid", FIELD_ID, offsetof(WitnessRecord, guid)},
	{"sequence", FIELD_INT, offsetof(WitnessRecord, sequence)},
	{"synchronized", FIELD_BOOL, offsetof(WitnessRecord, synchronized)},
	{"safety", FIELD_INT, offsetof(WitnessRecord, safety)},
	{"timeout", FIELD_INT, offsetof(WitnessRecord, timeout)},
	{"owner", FIELD_ID, offsetof(WitnessRecord, owner)},
	{"database", FIELD_TEXT, offsetof(WitnessRecord, database)},
	{"principal", FIELD_TEXT, offsetof(WitnessRecord, principal)},
	{"mirror", FIELD_TEXT, offsetof(WitnessRecord, mirror)},
};

#define COUNT(table) ((int) (sizeof(table) / sizeof((table)[0])))

uint8_t		instance_id[16];

static pthread_mutex_t meta_lock = PTHREAD_MUTEX_INITIALIZER;
static DatabaseRecord databases[RECORDS];
static int	database_count;
static WitnessRecord witnesses[RECORDS];
static int	witness_count;

void
meta_random(uint8_t out[16])
{
	while (getrandom(out, 16, 0) != 16)
		;
}

static void
write_id(FILE *file, const uint8_t id[16])
{
	int			i;

	for (i = 0; i < 16; i++)
		fprintf(file, "%02x", id[i]);
}

static bool
read_id(const char *text, uint8_t id[16])
{
	unsigned int byte;
	int			i;

	for (i = 0; i < 16; i++)
	{
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		id[i] = (uint8_t) byte;
	}
	return true;
}

static void
write_text(FILE *file, const char *text)
{
	for (; *text != '\0'; text++)
	{
		if ((unsigned char) *text < ' ' || *text == '%')
			fprintf(file, "%%%02x", (unsigned char) *text);
		else
			fputc(*text, file);
	}
}

static bool
read_text(const char *text, char *out, size_t size)
{
	unsigned int byte;
	size_t		n = 0;

	for (; *text != '\0'; text++)
	{
		byte = (unsigned char) *text;
		if (byte == '%')
		{
			if (sscanf(text + 1, "%2x", &byte) != 1)
				return false;
			text += 2;
		}
		if (n + 1 >= size)
			return false;
		out[n++] = (char) byte;
	}
	out[n] = '\0';
	return true;
}

static void
write_record(FILE *file, const char *kind, const Field *fields, int count, const void *record)
{
	int			i;

	fprintf(file, "%s\n", kind);
	for (i = 0; i < count; i++)
	{
		const char *member = (const char *) record + fields[i].offset;

		fprintf(file, "%s=", fields[i].key);
		switch (fields[i].kind)
		{
			case FIELD_INT:
				fprintf(file, "%d", *(const int *) (const void *) member);
				break;
			case FIELD_BOOL:
				fprintf(file, "%d", *(const bool *) member);
				break;
			case FIELD_TEXT:
				write_text(file, member);
				break;
			case FIELD_ID:
				write_id(file, (const uint8_t *) member);
				break;
		}
		fputc('\n', file);
	}
	fprintf(file, "end\n");
}

static bool
read_field(char *line, const Field *fields, int count, void *record)
{
	char	   *value = strchr(line, '=');
	int			i;

	if (value == NULL)
		return false;
	*value++ = '\0';
	for (i = 0; i < count; i++)
	{
		char	   *member = (char *) record + fields[i].offset;

		if (strcmp(fields[i].key, line) != 0)
			continue;
		switch (fields[i].kind)
		{
			case FIELD_INT:
				*(int *) (void *) member = atoi(value);
				return true;
			case FIELD_BOOL:
				*(bool *) member = atoi(value) != 0;
				return true;
			case FIELD_TEXT:
				return read_text(value, member, NAME_MAX_BYTES);
			case FIELD_ID:
				return read_id(value, (uint8_t *) member);
		}
	}
	return false;
}

static bool
read_line(FILE *file, char *line, size_t size)
{
	if (fgets(line, (int) size, file) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static bool
read_record(FILE *file, const Field *fields, int count, void *record)
{
	char		line[NAME_MAX_BYTES * 3 + 64];

	while (read_line(file, line, sizeof(line)))
	{
		if (strcmp(line, "end") == 0)
			return true;
		if (!read_field(line, fields, count, record))
			return false;
	}
	return false;
}

static bool
read_file(FILE *file)
{
	char		line[256];

	if (!read_line(file, line, sizeof(line)) || strcmp(line, FILE_HEADER) != 0 ||
		!read_line(file, line, sizeof(line)) || strncmp(line, "instance=", 9) != 0 ||
		!read_id(line + 9, instance_id))
		return false;
	while (read_line(file, line, sizeof(line)))
	{
		if (strcmp(line, "complete") == 0)
			return true;
		if (strcmp(line, "database") == 0 && database_count < RECORDS)
		{
			if (!read_record(file, database_fields, COUNT(database_fields),
							 &databases[database_count++]))
				return false;
		}
		else if (strcmp(line, "witness") == 0 && witness_count < RECORDS)
		{
			if (!read_record(file, witness_fields, COUNT(witness_fields),
							 &witnesses[witness_count++]))
				return false;
		}
		else
			return false;
	}
	return false;
}

static bool
write_file(const char *path)
{
	FILE	   *file = fopen(path, "we");
	bool		written;
	int			i;

	if (file == NULL)
		return false;
	fprintf(file, FILE_HEADER "\ninstance=");
	write_id(file, instance_id);
	fputc('\n', file);
	for (i = 0; i < database_count; i++)
		write_record(file, "database", database_fields, COUNT(database_fields), &databases[i]);
	for (i = 0; i < witness_count; i++)
		write_record(file, "witness", witness_fields, COUNT(witness_fields), &witnesses[i]);
	fprintf(file, "complete\n");
	written = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
	return fclose(file) == 0 && written;
}

/* Under meta_lock. */
static void
save(void)
{
	char		path[1100];
	char		new_path[1100];
	int			folder;

	snprintf(path, sizeof(path), "%s/instance.meta", instance.folder);
	snprintf(new_path, sizeof(new_path), "%s/instance.meta.new", instance.folder);
	folder = open(instance.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || !write_file(new_path) || rename(new_path, path) != 0 || fsync(folder) != 0)
	{
		log_line("cannot write %s: %s", path, strerror(errno));
		_exit(1);
	}
	close(folder);
}

bool
meta_load(void)
{
	char		path[1100];
	FILE	   *file;
	bool		whole;

	snprintf(path, sizeof(path), "%s/instance.meta", instance.folder);
	file = fopen(path, "re");
	if (file == NULL && errno == ENOENT)
	{
		meta_random(instance_id);
		pthread_mutex_lock(&meta_lock);
		save();
		pthread_mutex_unlock(&meta_lock);
		return true;
	}
	if (file == NULL)
	{
		log_line("cannot read %s: %s", path, strerror(errno));
		return false;
	}
	whole = read_file(file);
	fclose(file);
	if (!whole)
		log_line("%s is damaged", path);
	return whole;
}

bool
meta_database(int index, DatabaseRecord *record)
{
	bool		found;

	pthread_mutex_lock(&meta_lock);
	found = index < database_count;
	if (found)
		*record = databases[index];
	pthread_mutex_unlock(&meta_lock);
	return found;
}

/* Under meta_lock: its place, or where it would be appended. */
static int
database_place(int id)
{
	int			i;

	for (i = 0; i < database_count && databases[i].id != id; i++)
		;
	return i;
}

void
meta_store_database(const DatabaseRecord *record)
{
	int			place;

	pthread_mutex_lock(&meta_lock);
	place = database_place(record->id);
	if (place == RECORDS)
	{
		log_line("more than %d databases", RECORDS);
		_exit(1);
	}
	databases[place] = *record;
	if (place == database_count)
		database_count++;
	save();
	pthread_mutex_unlock(&meta_lock);
}

void
meta_remove_database(int id)
{
	int			place;

	pthread_mutex_lock(&meta_lock);
	place = database_place(id);
	if (place < database_count)
	{
		database_count--;
		memmove(&databases[place], &databases[place + 1],
				sizeof(databases[0]) * (size_t) (database_count - place));
		save();
	}
	pthread_mutex_unlock(&meta_lock);
}

bool
meta_witness(int index, WitnessRecord *record)
{
	bool		found;

	pthread_mutex_lock(&meta_lock);
	found = index < witness_count;
	if (found)
		*record = witnesses[index];
	pthread_mutex_unlock(&meta_lock);
	return found;
}

static int
witness_place(const uint8_t guid[16])
{
	int			i;

	for (i = 0; i < witness_count && memcmp(witnesses[i].guid, guid, 16) != 0; i++)
		;
	return i;
}

void
meta_store_witness(const WitnessRecord *record)
{
	int			place;

	pthread_mutex_lock(&meta_lock);
	place = witness_place(record->guid);
	if (place == RECORDS)
	{
		log_line("witness of more than %d databases", RECORDS);
		_exit(1);
	}
	witnesses[place] = *record;
	if (place == witness_count)
		witness_count++;
	save();
	pthread_mutex_unlock(&meta_lock);
}

void
meta_remove_witness(const uint8_t guid[16])
{
	int			place;

	pthread_mutex_lock(&meta_lock);
	place = witness_place(guid);
	if (place < witness_count)
	{
		witness_count--;
		memmove(&witnesses[place], &witnesses[place + 1],
				sizeof(witnesses[0]) * (size_t) (witness_count - place));
		save();
	}
	pthread_mutex_unlock(&meta_lock);
}
