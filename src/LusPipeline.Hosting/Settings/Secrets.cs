using System.Data.Common;
using System.Text.RegularExpressions;

namespace LusPipeline.Hosting.Settings;

/// <summary>Masks the secrets in values that are shown.</summary>
internal static partial class Secrets
{
    public const string Mask = "***";

    /// <summary>Whether the whole value is a secret: by the key's name, or because it came from a file of its own.</summary>
    public static bool IsSecret(string key, SettingOrigin? origin) => origin?.Kind == SettingOrigin.SecretFileKind || IsSecret(key);

    public static string? Masked(string key, string? value, SettingOrigin? origin)
    {
        if (string.IsNullOrEmpty(value))
            return value;
        if (IsSecret(key, origin))
            return Mask;
        if (value.Contains("://", StringComparison.Ordinal))
            return Query().Replace(UserInfo().Replace(value, $"$1{Mask}$2"), $"$1{Mask}");
        return Name(key).EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase) ? ConnectionString(value) : value;
    }

    /// <summary>A damaged file may have an address where a key belongs: what stands before an @ is masked up to the section.</summary>
    public static string MaskedKey(string key) => KeyUserInfo().Replace(key, Mask);

    private static string ConnectionString(string value)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = value };
            return string.Join(';', parts.Keys.Cast<string>().Select(name => $"{name}={(SecretName().IsMatch(name) ? Mask : parts[name])}"));
        }
        catch (ArgumentException)
        {
            // A value that cannot be parsed may hold a password anywhere.
            return Mask;
        }
    }

    /// <summary>The path of a file that holds a secret is none.</summary>
    private static bool IsSecret(string key) => SecretName().IsMatch(Name(key)) && !FileName().IsMatch(Name(key));

    private static string Name(string key) => key[(key.LastIndexOf(':') + 1)..];

    [GeneratedRegex("password|passphrase|^pwd$|secret|token|credential|api ?key|^key$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex("(file|folder|path)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FileName();

    [GeneratedRegex("(?<=:).*(?=@)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex KeyUserInfo();

    /// <summary>A password may contain unescaped letters by mistake, so everything up to the last @ is masked.</summary>
    [GeneratedRegex("(://[^:/?#@]*:).*(@)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex("([?&;][^=&;]*(?:password|secret|token|signature)[^=&;]*=)[^&;]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Query();
}
