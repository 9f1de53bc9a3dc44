using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Storage.Buckets.S3;

/// <summary>The S3 bucket that workers watch, and that holds their own objects too.</summary>
public sealed record S3Options : IValidatableObject
{
    public const string Section = "Bucket";

    private const string DefaultWatchPrefix = "incoming/";
    private const string DefaultUrgentPrefix = "urgent/";

    /// <summary>The bucket's name in S3.</summary>
    [Required(AllowEmptyStrings = false)]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{1,254}", ErrorMessage = "is no name of a bucket: letters, digits, '.', '_' and '-' only.")]
    public string Name { get; init; } = "";

    /// <summary>The bucket's name in the ids of studies and videos; none for <see cref="Name"/>. Give the old name here when the objects move to another bucket: what is done stays done.</summary>
    [StringLength(255)]
    public string? Identity { get; init; }

    /// <summary>The server, <c>https://s3.example.org</c> or <c>http://10.0.0.7:9000</c>; null for AWS in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for. Servers outside AWS mostly take any.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Region { get; init; } = "us-east-1";

    /// <summary>With <see cref="SecretKey"/>. Without both: the AWS SDK's own chain (environment, profile, the machine's role).</summary>
    public string? AccessKey { get; init; }

    public string? SecretKey { get; init; }

    /// <summary>The bucket's name in the address's path; false: in its host name, as AWS prefers.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>PEM file of the certificate authorities that the server's certificate must come from, instead of the system's. The host name is checked too.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// Where users' videos arrive, each ending with '/': the next segment of a key is the study. Empty: <c>incoming/</c>. May hold the day,
    /// UTC: with <c>incoming/{yyyy}/{MM}/{dd}/</c> only the last <see cref="WatchDays"/> days are listed, and all of <c>incoming/</c> once in
    /// a while. The prefix as it is in the key is part of a study's identity: two prefixes, or two days, may hold the same names.
    /// </summary>
    public IReadOnlyList<string> WatchPrefixes { get; init; } = [];

    /// <summary>Where urgent videos arrive: watched like <see cref="WatchPrefixes"/>, and done first. Empty: <c>urgent/</c>, or none when <see cref="WatchPrefixes"/> are given.</summary>
    public IReadOnlyList<string> UrgentPrefixes { get; init; } = [];

    /// <summary>Days before today that are listed of a prefix with the day in it. Tomorrow is listed too, for uploaders east of UTC.</summary>
    [Range(0, 3650)]
    public int WatchDays { get; init; } = 2;

    /// <summary>Comes before the keys of our own objects (<c>clips/</c>, <c>features/</c>, <c>results/</c>): empty, or ends with '/'.</summary>
    [RegularExpression(@"([A-Za-z0-9_-][A-Za-z0-9._-]*/)*", ErrorMessage = "has segments of letters, digits, '.', '_' and '-', and ends with '/'.")]
    public string WorkPrefix { get; init; } = "";

    /// <summary>The bucket keeps versions: a video is read in the version that was listed, and our own objects are deleted with their versions. Listing costs more.</summary>
    public bool Versioned { get; init; }

    /// <summary>Silence after which a request counts as unanswered; it is tried four times.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The bucket's name in ids.</summary>
    internal string IdentityName => string.IsNullOrEmpty(Identity) ? Name : Identity;

    /// <summary>Without them the AWS SDK looks for credentials itself.</summary>
    internal bool HasKeys => !string.IsNullOrEmpty(AccessKey);

    internal bool HasCaFile => !string.IsNullOrEmpty(CaFile);

    /// <summary>For messages: where the bucket is.</summary>
    internal string Place => $"the bucket '{Name}' at {Endpoint?.GetLeftPart(UriPartial.Authority) ?? $"AWS {Region}"}";

    /// <summary>The routine prefixes, then the urgent ones.</summary>
    internal IReadOnlyList<WatchPrefix> Watched() => [.. Routine.Select(WatchPrefix.Parse), .. Urgent.Select(WatchPrefix.ParseUrgent)];

    private IReadOnlyList<string> Routine => WatchPrefixes.Count == 0 ? [DefaultWatchPrefix] : WatchPrefixes;

    private IReadOnlyList<string> Urgent => WatchPrefixes.Count == 0 && UrgentPrefixes.Count == 0 ? [DefaultUrgentPrefix] : UrgentPrefixes;

    /// <summary>Without the secret.</summary>
    public override string ToString() => Place;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is not null && (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https") || Endpoint.UserInfo.Length > 0))
            yield return new("is no address of a server. Give http://HOST:PORT or https://HOST, without a name or password.", [nameof(Endpoint)]);
        if (HasKeys == string.IsNullOrEmpty(SecretKey))
            yield return new($"stands alone. Give {Section}:{nameof(AccessKey)} and {Section}:{nameof(SecretKey)}, or neither.", [HasKeys ? nameof(AccessKey) : nameof(SecretKey)]);
        if (HasCaFile && !File.Exists(CaFile))
            yield return new($"names '{CaFile}', which does not exist or may not be read.", [nameof(CaFile)]);
        foreach (var problem in PrefixProblems())
            yield return problem;
    }

    private IEnumerable<ValidationResult> PrefixProblems()
    {
        var watched = new List<WatchPrefix>();
        var all = Routine.Select((text, index) => (text, $"{nameof(WatchPrefixes)}:{index}")).Concat(Urgent.Select((text, index) => (text, $"{nameof(UrgentPrefixes)}:{index}")));
        foreach (var (text, member) in all)
        {
            if (!WatchPrefix.TryParse(text, out var prefix, out var problem))
            {
                yield return new(problem, [member]);
                continue;
            }
            if (watched.FirstOrDefault(prefix.Overlaps) is { } other)
                yield return new($"'{text}' and '{other}' overlap: a video would be found twice. Keep one of them.", [member]);
            if (OwnKey.Folders.Select(folder => WorkPrefix + folder).FirstOrDefault(prefix.Overlaps) is { } own)
                yield return new($"'{text}' overlaps with our own objects at '{own}'. Watch another prefix, or set {Section}:{nameof(WorkPrefix)}.", [member]);
            watched.Add(prefix);
        }
    }
}
