using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>The DICOM archive (PACS) that loops are read from and reports are stored in, by DICOMweb (PS3.18).</summary>
public sealed record ArchiveOptions : IValidatableObject
{
    public const string Section = "Archive";

    /// <summary>Address of the archive's DICOMweb service, such as <c>https://archive.example.org/dicom-web</c>. <c>lus run</c> has it on its command line instead.</summary>
    public Uri? Url { get; init; }

    /// <summary>Bearer token. Name its file by <c>LUS__Archive__Token__File</c>.</summary>
    [RegularExpression(@"[\x21-\x7e]+", ErrorMessage = "holds a blank or a character that no token has.")]
    public string? Token { get; init; }

    /// <summary>Name for basic authentication, together with <see cref="Password"/>.</summary>
    public string? User { get; init; }

    /// <summary>Password for basic authentication. Name its file by <c>LUS__Archive__Password__File</c>.</summary>
    public string? Password { get; init; }

    /// <summary>PEM file of this client's certificate, for an archive that asks for one; its key is in <see cref="ClientKeyFile"/>.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file of the client certificate's key, not encrypted.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>
    /// PEM file of the certificate authorities that may sign the archive's certificate. Without it, those of the system. The host name is always checked.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>Modality of the series that are read.</summary>
    [Required(AllowEmptyStrings = false)]
    [RegularExpression("[A-Z0-9_]{1,16}", ErrorMessage = "is not a modality. Give one such as US.")]
    public string Modality { get; init; } = "US";

    /// <summary>The earliest study date that is read, such as <c>2026-01-31</c>. Without it, all that the archive has.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>Days before today, by study date, that ingest workers list each time. Older studies are listed once in <c>Watch:FullInterval</c>, as are studies without a date.</summary>
    [Range(0, 36_500)]
    public int? WatchDays { get; init; } = 7;

    /// <summary>Results that are asked for in one request of a search.</summary>
    [Range(1, 10_000)]
    public int PageSize { get; init; } = 200;

    /// <summary>Silence after which a request counts as unanswered. It is then tried again, four times in all.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:30:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether anything would be given to the archive by which it knows us.</summary>
    public bool HasCredentials => IsGiven(Token) || IsGiven(User) || IsGiven(ClientCertificateFile);

    /// <summary>Whether what is sent can be read on the way to another machine.</summary>
    public bool IsPlain => Url is { } url && url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback;

    /// <summary>The longest time that a request takes with all its tries and the pauses that the archive asks for.</summary>
    public TimeSpan LongestCall => (Timeout + ArchiveConnection.LongestPause) * ArchiveConnection.Tries;

    /// <summary>Describes the archive, for messages.</summary>
    internal string Place => $"the archive at {Url}";

    /// <summary>Describes the archive without its secrets.</summary>
    public override string ToString() => Place;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && (!Url.IsAbsoluteUri || Url.Scheme is not ("http" or "https") || Url.UserInfo.Length > 0 || Url.Query.Length > 0 || Url.Fragment.Length > 0))
            yield return new("is not the address of a DICOMweb service. Give https://HOST/PATH, without a name, password or query.", [nameof(Url)]);
        if (IsGiven(User) != IsGiven(Password))
            yield return new($"stands alone. Give {Section}:{nameof(User)} and {Section}:{nameof(Password)}, or neither.", [IsGiven(User) ? nameof(User) : nameof(Password)]);
        if (IsGiven(User) && User!.Contains(':', StringComparison.Ordinal))
            yield return new("holds a colon, which basic authentication cannot send.", [nameof(User)]);
        if (IsGiven(Token) && IsGiven(User))
            yield return new($"cannot be sent beside a password. Give {Section}:{nameof(Token)} or {Section}:{nameof(User)}, not both.", [nameof(Token)]);
        if (IsGiven(ClientCertificateFile) != IsGiven(ClientKeyFile))
        {
            yield return new(
                $"stands alone. Give {Section}:{nameof(ClientCertificateFile)} and {Section}:{nameof(ClientKeyFile)}, or neither.",
                [IsGiven(ClientCertificateFile) ? nameof(ClientCertificateFile) : nameof(ClientKeyFile)]);
        }
        foreach (var (file, member) in new[] { (CaFile, nameof(CaFile)), (ClientCertificateFile, nameof(ClientCertificateFile)), (ClientKeyFile, nameof(ClientKeyFile)) })
        {
            if (IsGiven(file) && !File.Exists(file))
                yield return new($"names '{file}', which does not exist or may not be read.", [member]);
        }
    }

    internal static bool IsGiven(string? value) => !string.IsNullOrEmpty(value);
}
