using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Databases;

/// <summary>Statements that are the same for both databases, apart from words that only PostgreSQL knows.</summary>
internal static class SqlForPostgres
{
    private const string Begin = "/*PostgreSQL: ";
    private const string End = " */";

    /// <summary>
    /// Turns comments of the form <c>/*PostgreSQL: FOR SHARE */</c> into a part of the statement if the ledger is in PostgreSQL. For SQLite
    /// they stay comments.
    /// </summary>
    public static FormattableString Uncomment(LedgerContext ledger, FormattableString sql) => ledger.Database.IsNpgsql()
        ? FormattableStringFactory.Create(
            sql.Format.Replace(Begin, "", StringComparison.Ordinal).Replace(End, "", StringComparison.Ordinal), sql.GetArguments())
        : sql;
}
