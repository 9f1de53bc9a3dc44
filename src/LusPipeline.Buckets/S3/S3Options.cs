using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Buckets.S3;

/// <summary>The S3 bucket that workers watch. It also holds their own objects, wherever the videos come from.</summary>
public sealed record S3Options : IValidatableObject
{
    public const string Section = "Bucket";

    private const string DefaultWatchPrefix = "incoming/";
    private const string DefaultUrgentPrefix = "urgent/";

    /// <summary>
    /// Where videos come from: <c>S3</c> for the watched prefixes of this bucket, <c>DicomWeb</c> for the archive of the section <c>Archive</c>. The
    /// pipeline's own objects lie in this bucket in both cases.
    /// </summary>
    public BucketKind Kind { get; init; }

    /// <summary>Name of the bucket in S3.</summary>
    [Required(AllowEmptyStrings = false)]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{1,254}", ErrorMessage = "is not a valid bucket name: use letters, digits, '.', '_' and '-' only.")]
    public string Name { get; init; } = "";

    /// <summary>
    /// Name of the bucket in the ids of studies and videos; without it, <see cref="Name"/>. When the objects move to another bucket, give the old name
    /// here, so that what is done stays done.
    /// </summary>
    [StringLength(255)]
    public string? Identity { get; init; }

    /// <summary>Address of the server, such as <c>https://s3.example.org</c> or <c>http://10.0.0.7:9000</c>. Without it, AWS in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Region that requests are signed for. Most servers outside AWS accept any.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Region { get; init; } = "us-east-1";

    /// <summary>
    /// Access key, together with <see cref="SecretKey"/>. Without both, the AWS SDK looks for credentials itself: environment, profile, the machine's
    /// role.
    /// </summary>
    public string? AccessKey { get; init; }

    /// <summary>Secret key, together with <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Whether the bucket's name stands in the path of an address. If false, it stands in the host name, as AWS prefers.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>
    /// PEM file of the certificate authorities that may sign the server's certificate. Without it, those of the system. The host name is always checked.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// Prefixes below which users' videos arrive, each ending with <c>/</c>. The next segment of a key is the study. Without it,
    /// <c>incoming/</c>. A prefix may hold the day in UTC: of <c>incoming/{yyyy}/{MM}/{dd}/</c> only the last <see cref="WatchDays"/> days are
    /// listed, and all of <c>incoming/</c> once in <c>Watch:FullInterval</c>. The prefix is part of a study's identity, so two prefixes, or two
    /// days, may hold the same names.
    /// </summary>
    public IReadOnlyList<string> WatchPrefixes { get; init; } = [];

    /// <summary>
    /// Prefixes below which urgent videos arrive. They are watched like <see cref="WatchPrefixes"/>, and their videos are done first. Without it,
    /// <c>urgent/</c>; or none when <see cref="WatchPrefixes"/> are given.
    /// </summary>
    public IReadOnlyList<string> UrgentPrefixes { get; init; } = [];

    /// <summary>Days before today that are listed of a prefix with the day in it. Tomorrow is listed too, for uploaders east of UTC.</summary>
    [Range(0, 3650)]
    public int WatchDays { get; init; } = 2;

    /// <summary>Prefix of the keys of the pipeline's own objects (<c>clips/</c>, <c>features/</c>, <c>results/</c>): empty, or ends with <c>/</c>.</summary>
    [RegularExpression(@"([A-Za-z0-9_-][A-Za-z0-9._-]*/)*", ErrorMessage = "has segments of letters, digits, '.', '_' and '-', and ends with '/'.")]
    public string WorkPrefix { get; init; } = "";

    /// <summary>
    /// Whether the bucket keeps versions. If so, a video is read in the version that was listed, and the pipeline's own objects are deleted with their
    /// versions. Listing costs more.
    /// </summary>
    public bool Versioned { get; init; }

    /// <summary>Silence after which a request counts as unanswered. It is then tried again, four times in all.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The bucket's name that ids are computed from.</summary>
    public string IdentityName => string.IsNullOrEmpty(Identity) ? Name : Identity;

    /// <summary>Whether keys are set. If not, the AWS SDK looks for credentials itself.</summary>
    internal bool HasKeys => !string.IsNullOrEmpty(AccessKey);

    internal bool HasCaFile => !string.IsNullOrEmpty(CaFile);

    /// <summary>Describes the bucket and its server, for messages.</summary>
    internal string Place => $"the bucket '{Name}' at {Endpoint?.GetLeftPart(UriPartial.Authority) ?? $"AWS {Region}"}";

    /// <summary>All watched prefixes: the routine ones, then the urgent ones.</summary>
    internal IReadOnlyList<WatchPrefix> Watched() => [.. Routine.Select(WatchPrefix.Parse), .. Urgent.Select(WatchPrefix.ParseUrgent)];

    private IReadOnlyList<string> Routine => WatchPrefixes.Count == 0 ? [DefaultWatchPrefix] : WatchPrefixes;

    private IReadOnlyList<string> Urgent => WatchPrefixes.Count == 0 && UrgentPrefixes.Count == 0 ? [DefaultUrgentPrefix] : UrgentPrefixes;

    /// <summary>Describes the bucket without its secret key.</summary>
    public override string ToString() => Place;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is not null && (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https") || Endpoint.UserInfo.Length > 0))
            yield return new("is not the address of a server. Give http://HOST:PORT or https://HOST, without a name or password.", [nameof(Endpoint)]);
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
