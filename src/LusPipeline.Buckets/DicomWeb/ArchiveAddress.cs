using System.Diagnostics.CodeAnalysis;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>An archive's address on a command line: <c>dicomweb+https://HOST/PATH</c>.</summary>
public static class ArchiveAddress
{
    private const string Prefix = "dicomweb+";

    /// <summary>Whether a text means an archive and not a file.</summary>
    public static bool Is(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <param name="problem">What is wrong and how to fix it, without the text, which may hold a password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        (url, problem) = (null, null);
        if (!Is(text) || !Uri.TryCreate(text[Prefix.Length..], UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") || parsed.Query.Length + parsed.Fragment.Length > 0)
            problem = $"An archive's address is {Prefix}https://HOST/PATH, for example {Prefix}https://archive.example.org/dicom-web.";
        else if (parsed.UserInfo.Length > 0)
            problem = "An archive's address holds no name and no password: every user of this machine can read command lines. "
                + $"Set LUS__{ArchiveOptions.Section}__{nameof(ArchiveOptions.User)} and LUS__{ArchiveOptions.Section}__{nameof(ArchiveOptions.Password)}__File.";
        else
            url = parsed;
        return url is not null;
    }
}
