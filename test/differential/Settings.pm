# Settings.pm: settings of a session that must not change what a query means, or
# that change it here and there alike.

package Settings;

use strict;
use warnings;
use Exporter 'import';
use Chance qw(chance pick);

our @EXPORT_OK = qw(random_settings);

my %values = (
	timezone => [qw(UTC Europe/Berlin America/New_York Asia/Kolkata Pacific/Apia)],
	datestyle => ['ISO, MDY', 'German, DMY', 'SQL, DMY', 'Postgres, MDY'],
	intervalstyle => [qw(postgres iso_8601 sql_standard postgres_verbose)],
	extra_float_digits => [qw(1 3 0 -2)],
	bytea_output => [qw(hex escape)],
	plan_cache_mode => [qw(auto force_generic_plan force_custom_plan)],
	join_collapse_limit => [qw(1 8)],
	from_collapse_limit => [qw(1 8)],
	cursor_tuple_fraction => ['0.1', '1'],
	map({ $_ => ['off'] } qw(enable_hashjoin enable_mergejoin enable_nestloop enable_hashagg enable_sort enable_material enable_memoize
		enable_incremental_sort enable_indexscan)),
	map({ $_ => ['on'] } qw(enable_partitionwise_join enable_partitionwise_aggregate)));

# SET statements, from rand(); the first one returns to what the session began with.
sub random_settings
{
	my @sql = map { chance(0.25) ? "SET $_ = '" . pick(@{ $values{$_} }) . "'" : () } sort keys %values;
	return ('RESET ALL', 'SET jit = off', "SET datestyle = 'ISO, YMD'", @sql);
}

1;
