using System.Data.Common;
using System.Text.RegularExpressions;

namespace LusPipeline.Hosting.Settings;

/// <summary>Takes the secrets out of a value that is to be shown.</summary>
internal static partial class Secrets
{
    public const string Mask = "***";

    /// <summary>The whole value is a secret, going by its key's name. A file that holds one is none.</summary>
    public static bool IsSecret(string key) => SecretName().IsMatch(Name(key)) && !FileName().IsMatch(Name(key));

    public static string? Masked(string key, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return value;
        if (IsSecret(key))
            return Mask;
        if (value.Contains("://", StringComparison.Ordinal))
            return Query().Replace(UserInfo().Replace(value, $"$1{Mask}$2"), $"$1{Mask}");
        return Name(key).EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase) ? ConnectionString(value) : value;
    }

    private static string ConnectionString(string value)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = value };
            return string.Join(';', parts.Keys.Cast<string>().Select(name => $"{name}={(SecretName().IsMatch(name) ? Mask : parts[name])}"));
        }
        catch (ArgumentException)
        {
            // What cannot be read may hold anything.
            return Mask;
        }
    }

    private static string Name(string key) => key[(key.LastIndexOf(':') + 1)..];

    [GeneratedRegex("password|passphrase|^pwd$|secret|token|credential|api ?key", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex("(file|folder|path)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FileName();

    /// <summary>A password may hold any letter unescaped by mistake, so it reaches to the last @.</summary>
    [GeneratedRegex("(://[^:/?#@]*:).*(@)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex("([?&;][^=&;]*(?:password|secret|token|signature)[^=&;]*=)[^&;]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Query();
}
