using System.Text;
using LusPipeline.Core.Identity;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// Where in the bucket a study's result lies: <c>results/STUDY.json</c> for one below the first watched prefix, and
/// <c>results/PREFIX/STUDY.json</c> for one below any other or below a day, as names come again there. A name or prefix that makes no
/// good key (hidden, very long, control characters) gives way to the study's id.
/// </summary>
public sealed class ResultKeys
{
    /// <summary>Longest study name and prefix that stand in a key; S3 keys have 1,024 bytes.</summary>
    private const int LongestName = 200;
    private const int LongestKey = 900;

    private readonly string _bucket;
    private readonly string? _first;

    /// <param name="bucket">The bucket whose prefixes are watched.</param>
    public ResultKeys(S3Options bucket)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        _bucket = bucket.IdentityName + '/';
        var first = bucket.Watched()[0];
        _first = first.IsDated ? null : first.Fixed.TrimEnd('/');
    }

    /// <summary>The key that a result is written to.</summary>
    /// <param name="place">The place in ids that the study lies in: the bucket's name and the watched prefix.</param>
    public string KeyOf(string place, string study, Guid studyId)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(study);
        if (!IsPlain(study) || !place.StartsWith(_bucket, StringComparison.Ordinal))
            return OfId(studyId);
        var prefix = place[_bucket.Length..];
        return prefix == _first ? Short(study) : Long(prefix, study) ?? OfId(studyId);
    }

    /// <summary>Every key that the result of a study may have, also of an earlier configuration.</summary>
    /// <param name="alone">No other study has its name.</param>
    public IReadOnlyList<string> AllOf(string place, string study, Guid studyId, bool alone)
    {
        var own = KeyOf(place, study, studyId);
        var prefix = place.StartsWith(_bucket, StringComparison.Ordinal) && IsPlain(study) ? Long(place[_bucket.Length..], study) : null;
        return [.. new[] { own, OfId(studyId), prefix, alone && IsPlain(study) ? Short(study) : null }.OfType<string>().Distinct()];
    }

    private static string OfId(Guid studyId) => $"{WorkKeys.ResultsPrefix}{studyId:D}.json";

    private static string Short(string study) => $"{WorkKeys.ResultsPrefix}{study}.json";

    private static string? Long(string prefix, string study)
    {
        var key = $"{WorkKeys.ResultsPrefix}{prefix}/{study}.json";
        return prefix.Split('/').All(IsPlain) && Encoding.UTF8.GetByteCount(key) <= LongestKey ? key : null;
    }

    private static bool IsPlain(string segment) =>
        segment.Length is > 0 and <= LongestName && segment[0] != '.' && !segment.Contains('/', StringComparison.Ordinal) && !segment.Any(char.IsControl);
}
