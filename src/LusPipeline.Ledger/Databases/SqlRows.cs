using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace LusPipeline.Ledger.Databases;

/// <summary>Several rows of a statement with a parameter a value: one round trip for all of them.</summary>
internal static class SqlRows
{
    /// <param name="head">What stands before the rows: <c>INSERT INTO t (a, b) VALUES</c>.</param>
    /// <param name="rows">At least one, all of the same length; together at most 30,000 values (SQLite's limit is 32,766).</param>
    /// <param name="tail">What stands behind them.</param>
    public static FormattableString Insert(string head, IReadOnlyList<object?[]> rows, string tail) =>
        Between(FormattableStringFactory.Create(head), rows, tail);

    /// <inheritdoc cref="Insert"/>
    /// <param name="head">As for <see cref="Insert"/>, with parameters of its own: <c>UPDATE t SET a = 1 FROM (VALUES</c>.</param>
    public static FormattableString Between(FormattableString head, IReadOnlyList<object?[]> rows, string tail)
    {
        var text = new StringBuilder(head.Format).Append(' ');
        var next = head.ArgumentCount;
        for (var row = 0; row < rows.Count; row++)
        {
            text.Append(row == 0 ? "(" : ", (");
            for (var column = 0; column < rows[row].Length; column++)
                text.Append(CultureInfo.InvariantCulture, $"{(column == 0 ? "" : ", ")}{{{next++}}}");
            text.Append(')');
        }
        return FormattableStringFactory.Create(text.Append(' ').Append(tail).ToString(), [.. head.GetArguments(), .. rows.SelectMany(row => row)]);
    }
}
