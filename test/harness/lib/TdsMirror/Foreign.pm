# TdsMirror/Foreign.pm: a pair as a foreign server, and tables to read.

package TdsMirror::Foreign;

use strict;
use warnings;
use Exporter 'import';
use TdsMirror::Instance;

our @EXPORT_OK = qw(server_sql track_script track_rows track_table_sql who_table_sql);

sub quote
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

# CREATE EXTENSION, CREATE SERVER and CREATE USER MAPPING for a pair.  options:
# name (default "erp"), password, and any server option; undef leaves one out.
sub server_sql
{
	my ($pair, %options) = @_;
	my $name = delete $options{name} // 'erp';
	my $password = delete $options{password} // $TdsMirror::Instance::password;
	my %server = (
		servername => $pair->a->address . ',' . $pair->a->port,
		failover_partner => $pair->b->address . ',' . $pair->b->port,
		database => $pair->database,
		%options);
	my $list = join ', ', map { "$_ " . quote($server{$_}) } grep { defined $server{$_} } sort keys %server;

	return "SET client_min_messages = warning;\n"
	  . "CREATE EXTENSION IF NOT EXISTS tds_mirror_fdw;\n"
	  . "RESET client_min_messages;\n"
	  . "CREATE SERVER $name FOREIGN DATA WRAPPER tds_mirror_fdw\n  OPTIONS ($list);\n"
	  . "CREATE USER MAPPING FOR CURRENT_USER SERVER $name\n"
	  . "  OPTIONS (username " . quote($TdsMirror::Instance::user) . ", password " . quote($password) . ");\n";
}

sub track_rows { return 3500; }

# T-SQL: a table of 3,500 rows.
sub track_script
{
	my $script = "CREATE TABLE dbo.track (id int NOT NULL PRIMARY KEY, title nvarchar(60) NOT NULL, "
	  . "seconds int NOT NULL, price decimal(10,2) NOT NULL, added datetime NULL)\ngo\n";

	for my $block (0 .. 6)
	{
		my @rows = map {
			my $id = $block * 500 + $_;
			my $day = sprintf('2009-%02d-%02dT%02d:00:00', 1 + $id % 12, 1 + $id % 28, $id % 24);
			sprintf("(%d, N'Track %d', %d, %d.%02d, '%s')", $id, $id, 100 + $id % 300, $id % 7, $id % 100, $day);
		} 1 .. 500;
		$script .= 'INSERT INTO dbo.track (id, title, seconds, price, added) VALUES ' . join(', ', @rows) . "\ngo\n";
	}
	return $script;
}

sub track_table_sql
{
	my ($server) = @_;
	return "CREATE FOREIGN TABLE track (id int, title text, seconds int, price numeric(10,2), added timestamp)\n"
	  . "  SERVER " . ($server // 'erp') . " OPTIONS (schema_name 'dbo', table_name 'track');\n";
}

# A table of one row: which instance answered.
sub who_table_sql
{
	my ($server) = @_;
	return "CREATE FOREIGN TABLE who (instance text)\n"
	  . "  SERVER " . ($server // 'erp') . " OPTIONS (query 'SELECT \@\@SERVERNAME AS instance');\n";
}

1;
