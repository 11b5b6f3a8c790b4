/*
 * test/unit/record_test.c
 *		Records of pairs: which are usable, and what two that differ come to.
 */
/* sources: src/pure/record.c */
#include <string.h>

#include "pure/record.h"
#include "tap.h"

static const char guid_a[] = "0a1b2c3d-0000-4000-8000-00000000000a";
static const char guid_b[] = "0a1b2c3d-0000-4000-8000-00000000000b";

static Record
sample(const char *guid, int sequence, int principal, int64_t known_us)
{
	Record		record;

	memset(&record, 0, sizeof(record));
	record.database = 5;
	record.server = 16400;
	record.options = 77;
	record.known_us = known_us;
	record.principal = principal;
	record.has_failover = 1;
	record.mirrored = guid[0] != '\0';
	record.role_sequence = sequence;
	strcpy(record.guid, guid);
	strcpy(record.side[0].endpoint.host, "sqla");
	record.side[0].endpoint.port = 1433;
	record.side[0].source = 1;
	strcpy(record.side[1].endpoint.host, "sqlb");
	strcpy(record.side[1].endpoint.instance, "PROD");
	record.side[1].source = 2;
	return record;
}

static Record
unknown(int64_t era)
{
	Record		record = sample("", -1, -1, 0);

	record.era = era;
	return record;
}

static void
test_sane(void)
{
	Record		good = sample(guid_a, 3, 0, 10);
	Record		bad;

	ok(record_sane(&good), "an ordinary record is sane");
	good.side[1].source = good.has_failover = 0;
	ok(record_sane(&good), "so is one without a failover partner");
	good = sample(guid_a, 3, 1, 10);

#define BAD(change, what) \
	do { bad = good; change; ok(!record_sane(&bad), "%s", what); } while (0)

	BAD(memset(bad.guid, 'a', sizeof(bad.guid)), "a guid without end");
	BAD(bad.guid[35] = '\0', "a guid too short");
	BAD(bad.guid[3] = '\'', "a guid of other characters");
	BAD(bad.principal = 2, "a third side as principal");
	BAD(bad.principal = -2, "a principal below all");
	BAD(bad.role_sequence = -2, "a negative sequence");
	BAD(bad.switches = -1, "a negative count");
	BAD(bad.side[0].source = 0, "no initial partner");
	BAD(bad.side[1].source = 3, "an unknown source");
	BAD(bad.side[1].source = 0, "a failover partner without a source");
	BAD(bad.has_failover = 0, "a principal that is not there");
	BAD(memset(bad.side[0].endpoint.host, 'x', ENDPOINT_HOST_MAX), "a host without end");
	BAD(memset(bad.side[0].endpoint.instance, 'x', ENDPOINT_INSTANCE_MAX), "an instance without end");
	BAD(memset(bad.side[0].learned_name, 'x', sizeof(bad.side[0].learned_name)), "a name without end");
	BAD(bad.side[0].endpoint.host[0] = '\0', "no host");
	BAD(bad.side[0].endpoint.port = 0, "neither port nor instance");
	BAD(bad.side[0].address_count = RECORD_ADDRESSES + 1, "too many addresses");
	BAD(bad.side[0].address_count = -1, "fewer than no addresses");
	BAD(bad.side[0].instance_port = 65536, "a port too high");
	bad = good;
	bad.side[0].address_count = RECORD_ADDRESSES;
	memset(bad.side[0].address[RECORD_ADDRESSES - 1], '1', sizeof(bad.side[0].address[0]));
	ok(!record_sane(&bad), "an address without end");
}

static void
test_akin(void)
{
	Record		a = sample(guid_a, 3, 0, 10);
	Record		b = sample(guid_b, 4, 1, 20);

	ok(record_akin(&a, &b), "what was learned does not matter to kinship");
	b.server++;
	ok(!record_akin(&a, &b), "the server does");
	b = a;
	b.database++;
	ok(!record_akin(&a, &b), "the database does");
	b = a;
	b.options++;
	ok(!record_akin(&a, &b), "the options do");
}

/* What do a and b come to, in either order? */
static Record
joined(Record a, Record b)
{
	Record		other = b;

	record_join(&other, &a);
	record_join(&a, &b);
	ok(memcmp(&a, &other, sizeof(a)) == 0, "whoever comes first, it is the same:");
	return a;
}

static void
test_join(void)
{
	Record		a = sample(guid_a, 3, 0, 10);
	Record		b = sample(guid_a, 4, 1, 5);
	Record		c;

	c = joined(a, b);
	ok(c.principal == 1 && c.role_sequence == 4, "the higher sequence wins, though proven earlier");
	b = sample(guid_a, 3, 1, 11);
	c = joined(a, b);
	ok(c.principal == 1, "of equal sequences the one proven last");
	c = joined(a, unknown(0));
	ok(c.principal == 0 && c.role_sequence == 3, "knowledge wins over none");
	c = joined(a, unknown(1));
	ok(c.principal == -1 && c.guid[0] == '\0' && c.era == 1, "but what was forgotten stays forgotten");
	b = sample(guid_b, 1, 1, 9);
	b.era = 7;
	c = joined(a, b);
	ok(strcmp(c.guid, guid_b) == 0 && c.role_sequence == 1, "and is learned anew in the new era");

	b = sample(guid_b, 9, 1, 99);
	c = a;
	record_join(&c, &b);
	ok(memcmp(&c, &a, sizeof(c)) == 0, "another pair convinces nobody, whatever its sequence");

	b = sample("", -1, 1, 20);
	c = joined(a, b);
	ok(c.principal == 1 && strcmp(c.guid, guid_a) == 0 && c.role_sequence == 3 && c.mirrored,
	   "a login that may not look says who is principal, and takes no guid away");
	b.known_us = 5;
	c = joined(a, b);
	ok(c.principal == 0 && c.role_sequence == 3, "unless it is the older one");

	b = sample(guid_a, 4, 1, 20);
	a.switches = 7;
	a.last_switch_us = 8;
	b.switches = 2;
	a.side[0].login_us = 30;
	b.side[1].login_us = 20;
	c = joined(a, b);
	ok(c.switches == 7 && c.last_switch_us == 8 && c.role_sequence == 4, "counts are not lost");
	ok(c.side[0].login_us == 30 && c.side[1].login_us == 20, "nor are proofs");
	b.side[0].endpoint.port = 1444;
	c = joined(a, b);
	ok(c.side[0].login_us == 0, "but a proof is of its own place");
}

static void
test_differs(void)
{
	Record		a = sample(guid_a, 3, 0, 10);
	Record		b = a;

	b.known_us = 99;
	b.side[0].login_us = 99;
	b.side[0].resolved_us = 99;
	b.side[0].address_count = 1;
	strcpy(b.side[0].address[0], "10.0.0.1");
	ok(!record_differs(&a, &b), "times and addresses are no difference");
	b.safety = 2;
	ok(record_differs(&a, &b), "safety is");
	b = a;
	b.era++;
	ok(record_differs(&a, &b), "an era is");
	b = a;
	b.side[1].instance_port = 5;
	ok(record_differs(&a, &b), "an instance's port is");
}

int
main(void)
{
	test_sane();
	test_akin();
	test_join();
	test_differs();
	return done_testing();
}
