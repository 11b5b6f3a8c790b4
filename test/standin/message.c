/*
 * message.c
 *		The engine's messages: number, severity, state, text.
 *
 * The texts are SQL Server's own, since clients match them.  Whether an error
 * ends the batch is a property of its number, too.
 */
#include <stdio.h>
#include <string.h>

#include "session.h"

typedef struct MessageRow
{
	int			number;
	int			severity;
	int			state;
	bool		ends_batch;
	const char *format;
} MessageRow;

static const MessageRow messages[] = {
	{102, 15, 1, true, "Incorrect syntax near '%s'."},
	{103, 15, 4, true, "The %s that starts with '%.128s' is too long. Maximum length is 128."},
	{104, 15, 1, true, "ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator."},
	{107, 15, 1, true, "The column prefix '%s' does not match with a table name or alias name used in the query."},
	{108, 15, 1, true, "The ORDER BY position number %d is out of range of the number of items in the select list."},
	{109, 15, 1, true, "There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement."},
	{110, 15, 1, true, "There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement."},
	{116, 16, 1, true, "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS."},
	{120, 15, 1, true, "The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns."},
	{121, 15, 1, true, "The select list for the INSERT statement contains more items than the insert list. The number of SELECT values must match the number of INSERT columns."},
	{127, 15, 1, true, "A TOP N or FETCH rowcount value may not be negative."},
	{128, 15, 1, true, "The name \"%s\" is not permitted in this context. Valid expressions are constants, constant expressions, and (in some contexts) variables. Column names are not permitted."},
	{130, 15, 1, true, "Cannot perform an aggregate function on an expression containing an aggregate or a subquery."},
	{131, 15, 1, true, "The size (%d) given to the %s '%s' exceeds the maximum allowed for any data type (%d)."},
	{134, 15, 2, true, "The variable name '%s' has already been declared. Variable names must be unique within a query batch or stored procedure."},
	{135, 15, 1, true, "Cannot use a BREAK statement outside the scope of a WHILE statement."},
	{136, 15, 1, true, "Cannot use a CONTINUE statement outside the scope of a WHILE statement."},
	{137, 15, 2, true, "Must declare the scalar variable \"%s\"."},
	{141, 15, 1, true, "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations."},
	{144, 15, 1, true, "Cannot use an aggregate or a subquery in an expression used for the group by list of a GROUP BY clause."},
	{145, 15, 1, true, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified."},
	{147, 15, 1, true, "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference."},
	{148, 15, 1, true, "Incorrect time syntax in time string '%s' used with WAITFOR."},
	{155, 15, 1, true, "'%s' is not a recognized %s option."},
	{157, 15, 1, true, "An aggregate may not appear in the set list of an UPDATE statement."},
	{158, 15, 1, true, "An aggregate may not appear in the OUTPUT clause."},
	{164, 15, 1, true, "Each GROUP BY expression must contain at least one column that is not an outer reference."},
	{169, 15, 1, true, "A column has been specified more than once in the order by list. Columns in the order by list must be unique."},
	{174, 15, 1, true, "The %s function requires %d argument(s)."},
	{189, 15, 1, true, "The %s function requires %d to %d arguments."},
	{195, 15, 10, true, "'%s' is not a recognized built-in function name."},
	{201, 16, 4, false, "Procedure or function '%s' expects parameter '%s', which was not supplied."},
	{205, 16, 1, true, "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists."},
	{206, 16, 2, true, "Operand type clash: %s is incompatible with %s"},
	{207, 16, 1, true, "Invalid column name '%s'."},
	{208, 16, 1, true, "Invalid object name '%s'."},
	{209, 16, 1, true, "Ambiguous column name '%s'."},
	{213, 16, 1, true, "Column name or number of supplied values does not match table definition."},
	{214, 16, 2, false, "Procedure expects parameter '%s' of type '%s'."},
	{217, 16, 1, true, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32)."},
	{220, 16, 2, false, "Arithmetic overflow error for data type %s, value = %s."},
	{226, 16, 6, false, "%s statement not allowed within multi-statement transaction."},
	{239, 16, 1, true, "Duplicate common table expression name '%s' was specified."},
	{241, 16, 1, true, "Conversion failed when converting date and/or time from character string."},
	{243, 16, 1, true, "Type %s is not a defined system type."},
	{245, 16, 1, true, "Conversion failed when converting the %s value '%s' to data type %s."},
	{252, 16, 1, true, "Recursive common table expression '%s' does not contain a top-level UNION ALL operator."},
	{257, 16, 3, true, "Implicit conversion from data type %s to %s is not allowed. Use the CONVERT function to run this query."},
	{258, 15, 1, true, "Cannot call methods on %s."},
	{259, 16, 1, true, "Ad hoc updates to system catalogs are not allowed."},
	{262, 14, 1, false, "%s permission denied in database '%s'."},
	{263, 16, 1, true, "Must specify table to select from."},
	{264, 16, 1, true, "The column name '%s' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code."},
	{266, 16, 2, false, "Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = %d, current count = %d."},
	{271, 16, 1, true, "The column \"%s\" cannot be modified because it is either a computed column or is the result of a UNION operator."},
	{272, 16, 1, true, "Cannot update a timestamp column."},
	{273, 16, 1, true, "Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to exclude the timestamp column, or insert a DEFAULT into the timestamp column."},
	{289, 16, 1, false, "Cannot construct data type %s, some of the arguments have values which are not valid."},
	{300, 14, 1, false, "%s permission was denied on object '%s', database '%s'."},
	{306, 16, 1, true, "The text, ntext, and image data types cannot be compared or sorted, except when using IS NULL or LIKE operator."},
	{331, 16, 1, true, "The target table '%s' of the OUTPUT INTO clause cannot have any enabled triggers."},
	{332, 16, 1, true, "The target table '%s' of the OUTPUT INTO clause cannot be on either side of a (primary key, foreign key) relationship."},
	{333, 16, 1, true, "The target table '%s' of the OUTPUT INTO clause cannot have any enabled check constraints or any enabled rules."},
	{334, 16, 1, true, "The target table '%s' of the DML statement cannot have any enabled triggers if the statement contains an OUTPUT clause without INTO clause."},
	{402, 16, 1, true, "The data types %s and %s are incompatible in the %s operator."},
	{404, 16, 1, true, "The column reference \"inserted.%s\" is not allowed because it refers to a base table that is not being modified in this statement."},
	{408, 16, 1, true, "A constant expression was encountered in the ORDER BY list."},
	{448, 16, 1, true, "Invalid collation '%s'."},
	{468, 16, 9, true, "Cannot resolve the collation conflict between \"%s\" and \"%s\" in the %s operation."},
	{494, 16, 1, true, "The TABLESAMPLE clause can only be used with local tables."},
	{506, 16, 1, true, "The invalid escape character \"%s\" was specified in a LIKE predicate."},
	{512, 16, 1, false, "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression."},
	{515, 16, 2, false, "Cannot insert the value NULL into column '%s', table '%s'; column does not allow nulls. %s fails."},
	{517, 16, 1, false, "Adding a value to a '%s' column caused an overflow."},
	{529, 16, 2, true, "Explicit conversion from data type %s to %s is not allowed."},
	{530, 16, 1, false, "The statement terminated. The maximum recursion %d has been exhausted before statement completion."},
	{535, 16, 0, false, "The %s function resulted in an overflow. The number of dateparts separating two date/time instances is too large. Try to use datediff with a less precise datepart."},
	{536, 16, 1, false, "Invalid length parameter passed to the %s function."},
	{537, 16, 2, false, "Invalid length parameter passed to the %s function."},
	{544, 16, 1, false, "Cannot insert explicit value for identity column in table '%s' when IDENTITY_INSERT is set to OFF."},
	{545, 16, 1, false, "Explicit value must be specified for identity column in table '%s' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column."},
	{547, 16, 0, false, "The %s statement conflicted with the %s constraint \"%s\". The conflict occurred in database \"%s\", table \"%s\"%s%s%s."},
	{596, 21, 1, true, "Cannot continue the execution because the session is in the kill state."},
	{628, 16, 1, false, "Cannot issue SAVE TRANSACTION when there is no active transaction."},
	{911, 16, 1, true, "Database '%s' does not exist. Make sure that the name is entered correctly."},
	{1008, 16, 1, true, "The SELECT item identified by the ORDER BY number %d contains a variable as part of the expression identifying a column position. Variables are only allowed when ordering by an expression referencing a column name."},
	{1011, 16, 1, true, "The correlation name '%s' is specified multiple times in a FROM clause."},
	{1013, 16, 1, true, "The objects \"%s\" and \"%s\" in the FROM clause have the same exposed names. Use correlation names to distinguish them."},
	{1033, 15, 1, true, "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified."},
	{1038, 15, 5, true, "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. Change the alias to a valid name."},
	{1047, 15, 1, true, "Conflicting locking hints specified."},
	{1060, 15, 1, true, "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer."},
	{1080, 15, 1, true, "The integer value %d is out of range for SET %s."},
	{1087, 15, 2, true, "Must declare the table variable \"%s\"."},
	{1088, 16, 12, true, "Cannot find the object \"%s\" because it does not exist or you do not have permissions."},
	{1222, 16, 51, false, "Lock request time out period exceeded."},
	{1505, 16, 1, false, "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name '%s' and the index name '%s'. The duplicate key value is (%s)."},
	{1701, 16, 1, true, "Creating or altering table '%s' failed because the minimum row size would be %d, including %d bytes of internal overhead."},
	{1702, 16, 1, true, "CREATE TABLE failed because column '%s' in table exceeds the maximum of %d columns."},
	{1750, 16, 1, true, "Could not create constraint or index. See previous errors."},
	{1752, 16, 0, true, "Column '%s' in table '%s' is invalid for creating a default constraint."},
	{1757, 16, 0, true, "Column '%s.%s' is not of same collation as referencing column '%s.%s' in foreign key '%s'."},
	{1767, 16, 0, true, "Foreign key '%s' references invalid table '%s'."},
	{1769, 16, 1, true, "Foreign key '%s' references invalid column '%s' in referencing table '%s'."},
	{1770, 16, 0, true, "Foreign key '%s' references invalid column '%s' in referenced table '%s'."},
	{1776, 16, 0, true, "There are no primary or candidate keys in the referenced table '%s' that match the referencing column list in the foreign key '%s'."},
	{1778, 16, 0, true, "Column '%s.%s' is not the same data type as referencing column '%s.%s' in foreign key '%s'."},
	{1779, 16, 0, true, "Table '%s' already has a primary key defined on it."},
	{1781, 16, 1, true, "Column already has a DEFAULT bound to it."},
	{1801, 16, 3, false, "Database '%s' already exists. Choose a different database name."},
	{1803, 16, 1, false, "The CREATE DATABASE statement failed."},
	{1902, 16, 3, true, "Cannot create more than one clustered index on table '%s'. Drop the existing clustered index '%s' before creating another."},
	{1909, 16, 1, true, "Cannot use duplicate column names in index. Column name '%s' listed more than once."},
	{1911, 16, 1, true, "Column name '%s' does not exist in the target table or view."},
	{1913, 16, 1, true, "The operation failed because an index or statistics with name '%s' already exists on table '%s'."},
	{1919, 16, 1, true, "Column '%s' in table '%s' is of a type that is invalid for use as a key column in an index."},
	{2111, 16, 1, true, "Cannot create trigger '%s' on table '%s' because an INSTEAD OF trigger already exists on this object: '%s'."},
	{2601, 14, 1, false, "Cannot insert duplicate key row in object '%s' with unique index '%s'. The duplicate key value is (%s)."},
	{2627, 14, 1, false, "Violation of %s constraint '%s'. Cannot insert duplicate key in object '%s'. The duplicate key value is (%s)."},
	{2628, 16, 1, false, "String or binary data would be truncated in table '%s', column '%s'. Truncated value: '%s'."},
	{2702, 16, 2, true, "Database '%s' does not exist."},
	{2705, 16, 3, true, "Column names in each table must be unique. Column name '%s' in table '%s' is specified more than once."},
	{2706, 11, 6, true, "Table '%s' does not exist."},
	{2714, 16, 6, true, "There is already an object named '%s' in the database."},
	{2715, 16, 6, true, "Column, parameter, or variable #%d: Cannot find data type %s."},
	{2716, 16, 1, true, "Column, parameter, or variable #%d: Cannot specify a column width on data type %s."},
	{2732, 16, 1, false, "Error number %d is invalid. The number must be from %d through %d and it cannot be 50000."},
	{2738, 16, 2, true, "A table can only have one timestamp column. Because table '%s' already has one, the column '%s' cannot be added."},
	{2741, 16, 1, false, "SET DATEFORMAT date order '%s' is invalid."},
	{2742, 16, 1, false, "SET DATEFIRST %d is out of range."},
	{2744, 16, 2, true, "Multiple identity columns specified for table '%s'. Only one identity column per table is allowed."},
	{2747, 16, 1, false, "Too many substitution parameters for RAISERROR. Cannot exceed 20 substitution parameters."},
	{2749, 16, 2, true, "Identity column '%s' must be of data type int, bigint, smallint, tinyint, or decimal or numeric with a scale of 0, and constrained to be nonnullable."},
	{2754, 16, 1, false, "Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option."},
	{2759, 16, 0, true, "CREATE SCHEMA failed due to previous errors."},
	{2760, 16, 1, true, "The specified schema name \"%s\" either does not exist or you do not have permission to use it."},
	{2787, 16, 1, false, "Invalid format specification: '%.*s'."},
	{2812, 16, 62, false, "Could not find stored procedure '%s'."},
	{3609, 16, 1, true, "The transaction ended in the trigger. The batch has been aborted."},
	{3616, 16, 1, true, "An error was raised during trigger execution. The batch has been aborted and the user transaction, if any, has been rolled back."},
	{3623, 16, 1, false, "An invalid floating point operation occurred."},
	{3701, 11, 5, false, "Cannot drop the %s '%s', because it does not exist or you do not have permission."},
	{3702, 16, 3, false, "Cannot drop database \"%s\" because it is currently in use."},
	{3723, 16, 4, false, "An explicit DROP INDEX is not allowed on index '%s'. It is being used for %s constraint enforcement."},
	{3725, 16, 0, false, "The constraint '%s' is being referenced by table constraint '%s'."},
	{3726, 16, 1, false, "Could not drop object '%s' because it is referenced by a FOREIGN KEY constraint."},
	{3727, 16, 0, false, "Could not drop constraint. See previous errors."},
	{3728, 16, 1, false, "'%s' is not a constraint."},
	{3729, 16, 1, false, "Cannot drop schema '%s' because it is being referenced by object '%s'."},
	{3902, 16, 1, false, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."},
	{3903, 16, 1, false, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."},
	{3906, 16, 1, false, "Failed to update database \"%s\" because the database is read-only."},
	{3930, 16, 1, true, "The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction."},
	{3931, 16, 1, false, "The current transaction cannot be committed and cannot be rolled back to a savepoint. Roll back the entire transaction."},
	{3952, 16, 1, true, "Snapshot isolation transaction failed accessing database '%s' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation."},
	{3960, 16, 2, true, "Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot isolation to access table '%s' directly or indirectly in database '%s' to update, delete, or insert the row that has been modified or deleted by another transaction. Retry the transaction or change the isolation level for the update/delete statement."},
	{3998, 16, 1, true, "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back."},
	{4104, 16, 1, true, "The multi-part identifier \"%s\" could not be bound."},
	{4108, 15, 1, true, "Windowed functions can only appear in the SELECT or ORDER BY clauses."},
	{4112, 15, 1, true, "The function '%s' must have an OVER clause with ORDER BY."},
	{4121, 16, 1, true, "Cannot find either column \"%s\" or the user-defined function or aggregate \"%s.%s\", or the name is ambiguous."},
	{4127, 16, 1, true, "At least one of the arguments to COALESCE must be an expression that is not the NULL constant."},
	{4145, 15, 1, true, "An expression of non-boolean type specified in a context where a condition is expected, near '%s'."},
	{4151, 16, 1, true, "The type of the first argument to NULLIF cannot be the NULL constant because the type of the first argument has to be known."},
	{4405, 16, 1, true, "View or function '%s' is not updatable because the modification affects multiple base tables."},
	{4413, 16, 1, true, "Could not use view or function '%s' because of binding errors."},
	{4511, 16, 1, true, "Create View or Function failed because no column name was specified for column %d."},
	{4712, 16, 1, false, "Cannot truncate table '%s' because it is being referenced by a FOREIGN KEY constraint."},
	{4819, 16, 1, true, "Cannot bulk load. Bulk data stream is not supported for this table."},
	{4901, 16, 1, false, "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '%s' cannot be added to non-empty table '%s' because it does not satisfy these conditions."},
	{4902, 16, 1, false, "Cannot find the object \"%s\" because it does not exist or you do not have permissions."},
	{4917, 16, 0, false, "Constraint '%s' does not exist."},
	{4922, 16, 9, false, "ALTER TABLE %s %s failed because one or more objects access this column."},
	{4923, 16, 1, false, "ALTER TABLE DROP COLUMN failed because '%s' is the only data column in the table. A table must have at least one data column."},
	{4924, 16, 1, false, "ALTER TABLE %s failed because column '%s' does not exist in table '%s'."},
	{4928, 16, 1, false, "Cannot alter column '%s' because it is '%s'."},
	{4936, 16, 1, true, "Computed column '%s' in table '%s' cannot be persisted because the column is non-deterministic."},
	{5001, 16, 1, false, "User must be in the master database."},
	{5011, 14, 2, false, "User does not have permission to alter database '%s', the database does not exist, or the database is not in a state that allows access checks."},
	{5058, 16, 1, false, "Option '%s' cannot be set in database '%s'."},
	{5069, 16, 1, false, "ALTER DATABASE statement failed."},
	{5074, 16, 1, false, "The %s '%s' is dependent on column '%s'."},
	{6401, 16, 1, false, "Cannot roll back %s. No transaction or savepoint of that name was found."},
	{6506, 16, 1, true, "Could not find method '%s' for type '%s' in assembly 'Microsoft.SqlServer.Types'"},
	{7741, 16, 1, false, "Language '%s' is not an official language name or a language alias on this SQL Server."},
	{8101, 16, 1, true, "An explicit value for the identity column in table '%s' can only be specified when a column list is used and IDENTITY_INSERT is ON."},
	{8102, 16, 1, true, "Cannot update identity column '%s'."},
	{8106, 16, 1, false, "Table '%s' does not have the identity property. Cannot perform SET operation."},
	{8107, 16, 1, false, "IDENTITY_INSERT is already ON for table '%s'. Cannot perform SET operation for table '%s'."},
	{8111, 16, 1, true, "Cannot define PRIMARY KEY constraint on nullable column in table '%s'."},
	{8114, 16, 5, true, "Error converting data type %s to %s."},
	{8115, 16, 2, false, "Arithmetic overflow error converting %s to data type %s."},
	{8116, 16, 1, true, "Argument data type %s is invalid for argument %d of %s function."},
	{8117, 16, 1, true, "Operand data type %s is invalid for %s operator."},
	{8120, 16, 1, true, "Column '%s' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause."},
	{8121, 16, 1, true, "Column '%s' is invalid in the HAVING clause because it is not contained in either an aggregate function or the GROUP BY clause."},
	{8127, 16, 1, true, "Column \"%s\" is invalid in the ORDER BY clause because it is not contained in either an aggregate function or the GROUP BY clause."},
	{8133, 16, 1, true, "At least one of the result expressions in a CASE specification must be an expression other than the NULL constant."},
	{8134, 16, 1, false, "Divide by zero error encountered."},
	{8139, 16, 0, true, "Number of referencing columns in foreign key differs from number of referenced columns, table '%s'."},
	{8144, 16, 2, false, "Procedure or function %s has too many arguments specified."},
	{8145, 16, 1, false, "%s is not a parameter for procedure %s."},
	{8146, 16, 1, false, "Procedure %s has no parameters and arguments were supplied."},
	{8152, 16, 30, false, "String or binary data would be truncated."},
	{8155, 16, 2, true, "No column name was specified for column %d of '%s'."},
	{8156, 16, 1, true, "The column '%s' was specified multiple times for '%s'."},
	{8158, 16, 1, true, "'%s' has more columns than were specified in the column list."},
	{8159, 16, 1, true, "'%s' has fewer columns than were specified in the column list."},
	{8178, 16, 1, false, "The parameterized query '%s' expects the parameter '%s', which was not supplied."},
	{8179, 16, 2, false, "Could not find prepared statement with handle %d."},
	{8197, 16, 6, true, "The object '%s' does not exist or is invalid for this operation."},
	{8622, 16, 1, true, "The query cannot be run in this form: %s."},
	{10704, 15, 1, true, "To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement."},
	{10709, 16, 1, true, "The number of columns for each row in a table value constructor must be the same."},
	{10727, 15, 1, true, "A nested INSERT, UPDATE, DELETE, or MERGE statement is not allowed inside another nested INSERT, UPDATE, DELETE, or MERGE statement."},
	{10741, 15, 1, true, "A TOP can not be used in the same query or sub-query as a OFFSET."},
	{10742, 15, 1, true, "The offset specified in a OFFSET clause may not be negative."},
	{10744, 15, 1, true, "The number of rows provided for a FETCH clause must be greater then zero."},
	{10753, 15, 1, true, "The function '%s' must have an OVER clause."},
	{13609, 16, 4, false, "JSON text is not properly formatted. Unexpected character '%s' is found at position %d."},
	{15123, 16, 1, false, "The configuration option '%s' does not exist, or it may be an advanced option."},
	{15135, 16, 8, false, "Object is invalid. Extended properties are not permitted on '%s', or the object does not exist."},
	{15151, 16, 1, false, "Cannot %s the %s '%s', because it does not exist or you do not have permission."},
	{15217, 16, 2, false, "Property cannot be updated or deleted. Property '%s' does not exist for '%s'."},
	{15233, 16, 1, false, "Property cannot be added. Property '%s' already exists for '%s'."},
	{15600, 15, 1, false, "An invalid parameter or option was specified for procedure '%s'."},
	{17750, 16, 0, false, "Could not load the DLL %s, or one of the DLLs it references."},
	{35100, 16, 1, true, "Error number %d in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647."},
	{40518, 16, 1, true, "%s is not supported in this version of SQL Server."},
};

static const MessageRow *
find(int number)
{
	size_t		low = 0;
	size_t		high = sizeof(messages) / sizeof(messages[0]);

	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (messages[middle].number == number)
			return &messages[middle];
		if (messages[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void
message_make(SqlMessage *message, int number, int state, va_list arguments)
{
	const MessageRow *row = find(number);

	memset(message, 0, sizeof(*message));
	message->number = number;
	message->severity = row != NULL ? row->severity : 16;
	message->state = state >= 0 ? state : row != NULL ? row->state : 1;
	if (row == NULL)
	{
		snprintf(message->text, sizeof(message->text), "Error %d.", number);
		return;
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(message->text, sizeof(message->text), row->format, arguments);
#pragma GCC diagnostic pop
}

void
message_set(SqlMessage *message, int number, int state, ...)
{
	va_list		arguments;

	va_start(arguments, state);
	message_make(message, number, state, arguments);
	va_end(arguments);
}

bool
message_is_of_compilation(int number)
{
	static const int numbers[] = {
		107, 109, 110, 120, 121, 128, 137, 145, 147, 155, 174, 189, 195, 205, 206, 207, 208, 209, 213, 243,
		257, 264, 271, 272, 273, 402, 448, 468, 494, 529, 1033, 4104, 8101, 8116, 8117, 8120, 8121, 8127
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
	{
		if (numbers[i] == number)
			return true;
	}
	return false;
}

bool
message_ends_batch(int number)
{
	static const int more[] = {235, 242, 244, 248, 293, 295, 296, 535, 1205, 8169};
	const MessageRow *row = find(number);

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
	{
		if (more[i] == number)
			return true;
	}
	return row != NULL && row->ends_batch;
}
