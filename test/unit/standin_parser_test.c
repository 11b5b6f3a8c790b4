/*
 * test/unit/standin_parser_test.c
 *		The stand-in's T-SQL parser: shapes, literals, errors, depth, and any damaged text.
 */

/* sources: test/standin/parser*.c test/standin/lexer.c test/standin/ast.c test/standin/arena.c test/standin/typename.c test/standin/encoding.c test/standin/unicode*.c test/standin/product.c */

#include <stdlib.h>
#include <string.h>

#include "parser.h"
#include "tap.h"

#define MUTATIONS	40000

/* A batch and how many statements it has on its outermost level. */
static const struct
{
	const char *sql;
	int			statements;
}			valid[] = {
	{"", 0},
	{" ; ;-- nothing\n/* at /* all */ */", 0},
	{"SELECT 1 SELECT 2;SELECT 3", 3},
	{"SELECT 1 WHERE 1=1 AND (2>1 OR NOT (3 !< 4)) AND x BETWEEN 1 AND 2 AND 'a' NOT LIKE '[ab]%' "
	"ESCAPE '!' AND EXISTS(SELECT * FROM t) AND y IS NOT NULL AND z IN (1,2) AND z NOT IN (SELECT 1) "
	"AND a = ANY (SELECT 2) AND b >= ALL ((SELECT 3) UNION SELECT 4)", 1},
	{"select t.*, *, x = 3, 'q' = 4, y as [z], a b, @v = 1 from dbo.t as t with (nolock, index(1)), "
	"u (nolock) join (select 1 a union all select 2) as d(k) on d.k = u.k left outer join "
	"(a join b on a.x=b.x) on 1=1 cross join c where ((a)) = 1 group by a, b having count(*) > 1 "
	"order by 1 desc, a offset 5 rows fetch next 10 rows only "
	"option (recompile, maxdop 1, optimize for (@x = 1))", 1},
	{"select top 5 * from a select top (@n) percent with ties x from [a b]..[c]]d] "
	"where ((select 1)) = 2", 2},
	{"WITH a (x) AS (SELECT 1), b AS (SELECT * FROM a) INSERT INTO t (x, y) OUTPUT inserted.x, "
	"inserted.* INTO @t (a, b) SELECT * FROM b", 1},
	{"insert t values (1, default, N'x', 0x, $1.50, 1e, .5, 1.) insert into t default values "
	"insert t (select 1) insert bulk dbo.t ([id] int, n nvarchar(50) collate x null, d datetime2(3)) "
	"with (keep_nulls, rows_per_batch = 10)", 4},
	{"update top (3) t set a = 1, b += 2, @v = c = 4, @w = 5, t.d = default output deleted.a "
	"from t join u on t.x = u.x where 1=1 delete top (1) from t where x = 1 "
	"delete t from t inner join u on 1=1 truncate table dbo.t", 4},
	{"create table dbo.t (a int identity(1,-2) not null primary key, b as (a+1) persisted not null, "
	"c varchar(max) collate x default ('a') null constraint u unique nonclustered, d decimal(10,2) "
	"check (d > 0) references o (id) on delete cascade on update set null, timestamp, e rowversion, "
	"f uniqueidentifier rowguidcol, g national character varying(20), h double precision, "
	"constraint pk primary key clustered (a, c desc), foreign key (d, a) references x.y (q, r) "
	"on delete no action, check (a > 1 or b < 2))", 1},
	{"alter table t with nocheck add constraint c check (a>1), z int null, constraint df default 5 for q "
	"alter table t drop constraint a, b, column if exists c alter table t alter column x nvarchar(20) "
	"not null alter table t nocheck constraint all alter table t with check check constraint a, b", 5},
	{"create unique clustered index i on t (a desc, b asc) create index i on a.b.t (a) include (b) "
	"where b > 1 drop table if exists a, b.c drop index i on t, j on u drop index t.i "
	"drop database [x] drop view v", 7},
	{"create view v (a, b) as select 1, 2;", 1},
	{"create or alter view v as with x as (select 1 a) select top 1 * from x order by a", 1},
	{"create schema s", 1},
	{"alter database d set partner = 'TCP://h:5022' alter database d set partner failover "
	"alter database d set partner force_service_allow_data_loss alter database d set partner off "
	"alter database d set partner suspend alter database d set partner resume "
	"alter database d set partner safety full alter database d set partner timeout 10 "
	"alter database d set witness = N'TCP://w:1' alter database d set witness off "
	"alter database d set offline with rollback immediate alter database d set online "
	"alter database d set recovery full alter database d set allow_snapshot_isolation on "
	"alter database current set read_committed_snapshot off with rollback after 5 seconds "
	"alter database d modify name = e", 16},
	{"create database d collate x use d kill 53 checkpoint", 4},
	{"set ansi_nulls, quoted_identifier on set lock_timeout -1 set rowcount @n set language us_english "
	"set transaction isolation level read committed set identity_insert dbo.t on "
	"set statistics io, time on set @v = 1 + 2 set @v += 3", 9},
	{"declare @a int, @b nvarchar(max) = N'x', @c as decimal(5,2) "
	"declare @t table (a int primary key, b int)", 2},
	{"begin tran begin transaction t1 save tran s rollback tran s rollback work commit work "
	"commit tran @x commit rollback", 9},
	{"if 1=1 select 1; else begin select 2; select 3 end while 1=1 begin break continue end return "
	"return 1 return (2) print 'a' + 'b' begin try select 1/0 end try begin catch throw end catch", 7},
	{"raiserror('x %d', 16, 1, @a, -5) with nowait, log throw 50000, 'x', 1 waitfor delay '00:00:01'", 3},
	{"exec p 'row', 'close', 100 execute @r = dbo.p @a = 1, @b = @c output, @d = default, x, null, -1.5 "
	"exec ('select ' + @x + N'z') exec p", 4},
	{"some_procedure 'row', word", 1},
	{"select cast(a as varchar), try_cast(a as decimal(10,2)), convert(nvarchar(max), x, 126), "
	"try_convert(int, 'x'), iif(a > 1, 2, 3), count(*), count(distinct a), row_number() over "
	"(partition by a order by b desc), sum(x) over (), dateadd(day, 1, getdate()), left(a, 1), "
	"current_timestamp, user, dbo.f(1), a collate Latin1_General_BIN2 + 'x', @@rowcount", 1},
	{"select * from (values (1, 2), (3, 4)) as v (a, b), ((select 1 x) union (select 2)) as q, "
	"sys.f(N'select 1', null, 0) f select a into #t from b; (select 1) union all (select 2)", 3},
	{"select \xc3\xa4 = N'\xc3\xb6\xe2\x82\xac\xf0\x9f\x98\x80', [\xd0\xb6] from \xc3\xa9t\xc3\xa9", 1},
};

static const struct
{
	const char *sql;
	int			number;
	int			line;
	const char *near;
}			wrong[] = {
	{"select 1=1", 102, 1, "near '='"},
	{"select\n(1=1)", 102, 2, "near '='"},
	{"select * from t where a", 4145, 1, "near 'a'"},
	{"select * from t where a and b=1", 4145, 1, "near 'and'"},
	{"select from t", 156, 1, "keyword 'from'"},
	{"select * from (select 1 a)", 102, 1, "near ')'"},
	{"select 1\n\nfrm t x", 102, 3, "near 't'"},
	{"select 'abc", 105, 1, "string 'abc'"},
	{"select [abc", 105, 1, "string 'abc'"},
	{"select /* /* */", 113, 1, "*/"},
	{"select []", 1038, 1, "missing"},
	{"select 1e400", 168, 1, "1e400"},
	{"select 123456789012345678901234567890123456789", 1007, 1, "38"},
	{"select t.*+1 from t", 102, 1, "near '+'"},
	{"select * from (select 1 order by 1) x", 1033, 1, "ORDER BY"},
	{"select 1 where exists (select @v = 1)", 102, 1, "near '='"},
	{"select * from (select 1 a into t) x", 156, 1, "'into'"},
	{"create table t (a int,", 102, 1, "','"},
	{"select cast(1 as int(4))", 291, 1, "int"},
	{"declare @a varchar(0)", 1001, 1, "0"},
	{"declare @a nvarchar(4001)", 2717, 1, "4001"},
	{"declare @a decimal(5,6)", 1002, 1, "6"},
	{"break", 135, 1, "BREAK"},
	{"select 1 create view v as select 1", 111, 1, "CREATE VIEW"},
	{"select * from t with (foo)", 321, 1, "foo"},
	{"insert t values (1),(1,2)", 10709, 1, "same"},
	{"select a.b.c.d.e", 117, 1, "a.b.c.d"},
	{"select 1 for xml path", 156, 1, "'for'"},
	{"merge t", 156, 1, "'merge'"},
	{"select * from t cross apply x", 102, 1, "'apply'"},
	{"select 1 x y", 102, 1, "'y'"},
	{"select ?", 102, 1, "'?'"},
	{"exec p @a = (1)", 102, 1, "'('"},
	{"end", 156, 1, "'end'"},
	{"begin end", 156, 1, "'end'"},
	{"if 1=1", 102, 1, "'1'"},
	{"alter database d set partner", 102, 1, "'partner'"},
	{"alter database d set partner safety half", 102, 1, "'half'"},
	{"grant x", 156, 1, "'grant'"},
	{"select dateadd('day', 1, x)", 1023, 1, "dateadd"},
};

/* Values and the trees they must become. */
static const struct
{
	const char *text;
	const char *tree;
}			shapes[] = {
	{"1 + 2 * 3", "(+ int1 (* int1 int1))"},
	{"-100 / -100 * 10", "(- (/ int3 (- (* int3 int2))))"},
	{"- - ~a", "(- (- (~ a)))"},
	{"1 | 1 + 1", "(+ (| int1 int1) int1)"},
	{"a - b - c", "(- (- a b) c)"},
	{"a % (b + c)", "(% a (+ b c))"},
	{"2147483647", "int10"},
	{"2147483648", "decimal10,0"},
	{"00012", "int2"},
	{"0.50", "decimal2,2"},
	{"12.5", "decimal3,1"},
	{"0", "int1"},
	{"1e3", "float"},
	{"$5.25", "money"},
	{"'abc'", "varchar3"},
	{"N''", "nvarchar1"},
	{"0xABC", "varbinary2"},
	{"NULL", "null"},
	{"a collate x + b", "(+ (COLLATE a) b)"},
	{"f(a, g(), b + 1)", "f(a g() (+ b int1))"},
};

static const char *const type_words[] = {
	[SQL_UNTYPED] = "null", [SQL_INT] = "int", [SQL_DECIMAL] = "decimal", [SQL_FLOAT] = "float",
	[SQL_MONEY] = "money", [SQL_VARCHAR] = "varchar", [SQL_NVARCHAR] = "nvarchar",
	[SQL_VARBINARY] = "varbinary"
};

static void
show(const Expr *expr, char *out, size_t size)
{
	char		left[256] = "";
	char		right[256] = "";
	int			i;

	if (expr->left != NULL)
		show(expr->left, left, sizeof(left));
	if (expr->right != NULL)
		show(expr->right, right, sizeof(right));
	switch (expr->kind)
	{
		case EXPR_LITERAL:
			snprintf(out, size, "%s", type_words[expr->type.type]);
			if (expr->type.type == SQL_INT)
				snprintf(out, size, "int%d", expr->type.precision);
			else if (expr->type.type == SQL_DECIMAL)
				snprintf(out, size, "decimal%d,%d", expr->type.precision, expr->type.scale);
			else if (expr->type.length > 0)
				snprintf(out, size, "%s%d", type_words[expr->type.type], (int) expr->type.length);
			break;
		case EXPR_COLUMN:
			snprintf(out, size, "%s", expr->name.object);
			break;
		case EXPR_COLLATE:
			snprintf(out, size, "(COLLATE %s)", left);
			break;
		case EXPR_FUNCTION:
			snprintf(out, size, "%s(", expr->text);
			for (i = 0; i < expr->arguments.count; i++)
			{
				show(expr->arguments.items[i], left, sizeof(left));
				snprintf(out + strlen(out), size - strlen(out), "%s%s", i > 0 ? " " : "", left);
			}
			snprintf(out + strlen(out), size - strlen(out), ")");
			break;
		default:
			snprintf(out, size, "(%s %s%s%s)", operator_text(expr->op), left,
					 right[0] != '\0' ? " " : "", right);
	}
}

/* Parses a copy that ends where the text ends, so that reading on is seen. */
static bool
parses(const char *sql, size_t length, int *statements, SqlMessage *error)
{
	Arena	   *arena = arena_new();
	char	   *copy = malloc(length > 0 ? length : 1);
	StatementList list;
	bool		parsed;

	memcpy(copy, sql, length);
	parsed = parse_batch(copy, length, true, arena, &list, error);
	*statements = list.count;
	free(copy);
	arena_free(arena);
	return parsed;
}

static void
test_tables(void)
{
	SqlMessage	error;
	int			count;
	size_t		i;

	for (i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
	{
		bool		parsed = parses(valid[i].sql, strlen(valid[i].sql), &count, &error);

		ok(parsed && count == valid[i].statements, "%d statements: %.*s (%d %s)",
		   valid[i].statements, (int) strcspn(valid[i].sql, "\n"), valid[i].sql, count,
		   parsed ? "" : error.text);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		bool		parsed = parses(wrong[i].sql, strlen(wrong[i].sql), &count, &error);

		ok(!parsed && error.number == wrong[i].number && error.line == wrong[i].line &&
		   strstr(error.text, wrong[i].near) != NULL && error.severity >= 15,
		   "error %d for \"%.*s\"", wrong[i].number, (int) strcspn(wrong[i].sql, "\n"), wrong[i].sql);
	}
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
	{
		Arena	   *arena = arena_new();
		Expr	   *expr;
		char		tree[256] = "";

		if (parse_value_text(shapes[i].text, strlen(shapes[i].text), arena, &expr, &error))
			show(expr, tree, sizeof(tree));
		ok(strcmp(tree, shapes[i].tree) == 0, "%s is %s, got %s", shapes[i].text, shapes[i].tree, tree);
		arena_free(arena);
	}
}

static void
test_other_entries(void)
{
	Arena	   *arena = arena_new();
	static const char declarations[] = "@a int, @b nvarchar(20) = N'x', @c decimal(9,2) OUTPUT";
	DeclarationList list;
	DataType	type;
	Expr	   *expr;
	Query	   *query;
	SqlMessage	error;

	ok(parse_declarations(declarations, strlen(declarations), arena, &list, &error) &&
	   list.count == 3 && list.items[1].type.spec.length == 20 && list.items[2].output &&
	   !list.items[0].output, "declarations of parameters");
	ok(parse_type_text("datetime2(3)", 12, arena, &type, &error) &&
	   type.spec.type == SQL_DATETIME2 && type.spec.scale == 3, "a type");
	ok(parse_type_text("blob", 4, arena, &type, &error) && !type.known, "an unknown type");
	ok(parse_condition_text("(a > 1)", 7, arena, &expr, &error) && expr->kind == EXPR_COMPARE,
	   "a condition");
	ok(!parse_condition_text("(a + 1)", 7, arena, &expr, &error) && error.number == 4145,
	   "a value is no condition");
	ok(parse_query_text("SELECT 1 AS a", 13, arena, &query, &error) && query->items.count == 1,
	   "a query");
	ok(!parse_query_text("SELECT 1; SELECT 2", 18, arena, &query, &error) && error.number == 102,
	   "two queries are no query");
	arena_free(arena);
}

/* prefix, then left n times, middle, right n times */
static bool
nested(const char *prefix, const char *left, const char *middle, const char *right, int n,
	   SqlMessage *error)
{
	size_t		size = strlen(prefix) + strlen(middle) + (strlen(left) + strlen(right)) * (size_t) n + 1;
	char	   *sql = malloc(size);
	char	   *at = stpcpy(sql, prefix);
	int			count;
	bool		parsed;
	int			i;

	for (i = 0; i < n; i++)
		at = stpcpy(at, left);
	at = stpcpy(at, middle);
	for (i = 0; i < n; i++)
		at = stpcpy(at, right);
	parsed = parses(sql, strlen(sql), &count, error);
	free(sql);
	return parsed;
}

static void
test_depth(void)
{
	static const struct
	{
		const char *prefix;
		const char *left;
		const char *middle;
		const char *right;
	}			deep[] = {
		{"select ", "(", "1", ")"},
		{"select ", "- ", "1", ""},
		{"select 1 where ", "not ", "1=1", ""},
		{"select 1 where ", "(", "1=1", ")"},
		{"select ", "case when 1=1 then ", "1", " end"},
		{"select ", "(select ", "1", ")"},
		{"select ", "f(", "1", ")"},
		{"select * from ", "(", "select 1 a", ") x"},
		{"select * from a ", "join b ", "", "on 1=1 "},
		{"select ", "1+", "1", ""},
		{"select 1 ", "union select 2 ", "", ""},
		{"", "if 1=1 ", "select 1", ""},
		{"", "begin ", "select 1", " end"},
	};
	SqlMessage	error;
	size_t		i;

	for (i = 0; i < sizeof(deep) / sizeof(deep[0]); i++)
	{
		bool		parsed = nested(deep[i].prefix, deep[i].left, deep[i].middle, deep[i].right,
									100000, &error);

		ok(!parsed && (error.number == 191 || error.number == 106), "100000 times \"%s\" is too much",
		   deep[i].left);
	}
	ok(nested("select 1 where ", "a=1 or ", "1=1", "", 20000, &error), "20000 times OR");
	ok(nested("select 1 where a in (", "1,", "1)", "", 20000, &error), "20000 values in IN");
	ok(nested("select ", "(", "1", ")", 30, &error), "30 parentheses");
	ok(nested("", "/*", "", "*/", 100000, &error), "comments nest without end");
}

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* One change at a random place; text has room. */
static size_t
mutate(char *text, size_t length, uint32_t *random)
{
	static const char *const fragments[] = {
		"(", ")", "'", "[", "]", "\"", "SELECT", "FROM", " ", "/*", "*/", "--", "\n", "UNION ",
		"CASE WHEN ", "IN (", "@", "@@", "0x", "$", "1e", "N'", ",", ";", "JOIN ", " ON ", "((((((",
		"NOT ", "- ", " AND ", " END ", "BEGIN ", "IF ", "\xc2\xa0", "\xff", "EXISTS(", "VALUES", " AS ",
		".", "..", "*", "="
	};
	size_t		at = length > 0 ? next_random(random) % length : 0;
	const char *fragment = fragments[next_random(random) % (sizeof(fragments) / sizeof(fragments[0]))];
	size_t		cut = next_random(random) % 12;

	switch (next_random(random) % 4)
	{
		case 0:
			if (length > 0)
				text[at] = (char) next_random(random);
			return length;
		case 1:
			if (cut > length - at)
				cut = length - at;
			memmove(text + at, text + at + cut, length - at - cut);
			return length - cut;
		case 2:
			return at;
		default:
			memmove(text + at + strlen(fragment), text + at, length - at);
			memcpy(text + at, fragment, strlen(fragment));
			return length + strlen(fragment);
	}
}

static void
test_mutations(void)
{
	uint32_t	random = 2005;
	int			accepted = 0;
	int			odd = 0;
	int			i;

	for (i = 0; i < MUTATIONS; i++)
	{
		const char *from = valid[next_random(&random) % (sizeof(valid) / sizeof(valid[0]))].sql;
		size_t		length = strlen(from);
		char	   *text = malloc(length + 100);
		int			changes = 1 + (int) (next_random(&random) % 4);
		SqlMessage	error;
		int			count;

		memcpy(text, from, length);
		while (changes-- > 0)
			length = mutate(text, length, &random);
		if (parses(text, length, &count, &error))
			accepted++;
		else if (error.number == 0 || error.severity < 15 || error.line < 1 || error.text[0] == '\0')
			odd++;
		free(text);
	}
	ok(odd == 0, "%d damaged batches: each is parsed or has an error", MUTATIONS);
	ok(accepted > 0 && accepted < MUTATIONS, "%d of them are still T-SQL", accepted);
}

int
main(void)
{
	test_tables();
	test_other_entries();
	test_depth();
	test_mutations();
	return done_testing();
}
