namespace LusPipeline.Ledger.Audits;

/// <summary>The name of the account that this process runs as. A container often runs as a number without a name.</summary>
internal static class AccountName
{
    /// <param name="known">Gives the account's name; an empty one if it has none. It throws <see cref="IOException"/> where there is no list of accounts.</param>
    /// <returns>The name, or <c>uid</c> and the number.</returns>
    public static string Of(Func<string> known)
    {
        string name;
        try
        {
            name = known();
        }
        catch (IOException)
        {
            name = ""; // A container's file system may have no /etc/passwd.
        }
        return name.Length > 0 ? name : $"uid {EffectiveId()}";
    }

    /// <summary>From the line <c>Uid: REAL EFFECTIVE SAVED FILE-SYSTEM</c>; see <c>proc(5)</c>.</summary>
    private static string EffectiveId() =>
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];
}
