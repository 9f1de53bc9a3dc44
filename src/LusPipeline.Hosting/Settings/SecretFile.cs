using System.Text;
using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>Reads a setting's value from a file, as Docker and Kubernetes mount secrets: <c>LUS__Section__Key__File</c> names the file.</summary>
internal static class SecretFile
{
    /// <summary>The end of a variable's key that names a file.</summary>
    public const string Suffix = ":File";

    /// <summary>The largest file. A secret is a line; another file was named by mistake.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The key whose value the file has; null for a key that does not ask for a file.</summary>
    public static string? KeyOf(string key) =>
        key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) && key[..^Suffix.Length].Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)
            ? key[..^Suffix.Length]
            : null;

    /// <summary>Reads the value. The newline at the end of the file is not part of it.</summary>
    /// <param name="value">The value, or what is wrong with the file and the fix. No part of the file.</param>
    public static bool TryRead(string path, out string value)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            value = "is not the absolute path of a file. Give one such as /run/secrets/NAME.";
            return false;
        }
        try
        {
            using var stream = File.OpenRead(path);
            var bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            value = length > MaxBytes ? $"{path} has more than {MaxBytes / 1024} KiB. Name a file that has the value and nothing else." : "";
            if (value.Length > 0)
                return false;
            value = Strict.GetString(bytes, 0, length).TrimEnd('\r', '\n');
            if (value.Length > 0)
                return true;
            value = $"{path} is empty. Write the value into it.";
        }
        catch (Exception unread) when (unread is FileNotFoundException or DirectoryNotFoundException)
        {
            value = $"there is no file {path}. Name a file that has the value.";
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            value = $"{path} cannot be read. Name a file, and let this user read it.";
        }
        catch (DecoderFallbackException)
        {
            value = $"{path} is not UTF-8 text. Write the value as text.";
        }
        return false;
    }
}
