using System.Text;
using LusPipeline.Core.Identity;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// Says where in the bucket the result of a study is stored. It is <c>results/STUDY.json</c> for a study below the first watched prefix,
/// and <c>results/PREFIX/STUDY.json</c> for one below another prefix or below a day, because several of these may hold studies of the same
/// name. If a name or prefix cannot be part of a key (hidden, very long, control characters), the study's id replaces it.
/// </summary>
public sealed class ResultKeys
{
    /// <summary>The longest study name or prefix that is used in a key. S3 allows 1,024 bytes for a key.</summary>
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

    /// <summary>Returns the key that a result is written to.</summary>
    /// <param name="place">The name of the place that holds the study, as in its id: the bucket's name and the watched prefix.</param>
    public string KeyOf(string place, string study, Guid studyId)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(study);
        if (!IsPlain(study) || !place.StartsWith(_bucket, StringComparison.Ordinal))
            return OfId(studyId);
        var prefix = place[_bucket.Length..];
        return prefix == _first ? Short(study) : Long(prefix, study) ?? OfId(studyId);
    }

    /// <summary>Returns every key that the result of a study may have, including keys of an earlier configuration.</summary>
    /// <param name="alone">Whether no other study has the same name.</param>
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
