using System.Net;
using System.Security.Authentication;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Decides what a failed request means. Messages name the bucket and the settings, never an object.</summary>
internal static class S3Fault
{
    private const string Section = S3Options.Section;

    /// <returns>Null for an answer about the requested object, and for this program's own cancellation. Both are passed on unchanged.</returns>
    public static Exception? Translate(Exception error, S3Options options, CancellationToken cancellation)
    {
        if (error is OperationCanceledException && cancellation.IsCancellationRequested)
            return null;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
            {
                return new BrokenEngineException(
                    $"The certificate of {options.Place} is not trusted: give {Section}:{nameof(S3Options.CaFile)} the PEM file of its authority, "
                    + $"and {Section}:{nameof(S3Options.Endpoint)} the host name that the certificate names.",
                    error);
            }
        }
        return error switch
        {
            AmazonS3Exception answer => OfAnswer(answer, options),
            _ when IsUnreadable(error) => Unavailable(options, "its answer is not S3's", error),
            AmazonServiceException service when IsOutage(service.StatusCode) => Unavailable(options, Code(service), error),
            HttpRequestException or IOException or OperationCanceledException or TimeoutException => Unavailable(options, error.Message, error),
            AmazonClientException { InnerException: HttpRequestException or IOException or OperationCanceledException } => Unavailable(options, error.InnerException!.Message, error),
            AmazonClientException => Refused(options, "there are no credentials", Credentials, error),
            _ => null,
        };
    }

    /// <summary>
    /// Recognises status 400 without an error code. Ceph's gateway refuses a small upload without reading its body, and then takes those
    /// bytes for the next request of the connection. The next request therefore gets this answer.
    /// </summary>
    public static bool IsOutOfStep(AmazonS3Exception answer) => answer.ErrorCode == nameof(HttpStatusCode.BadRequest);

    /// <summary>Whether the client could not read the answer: it is not XML, or its numbers and dates are none.</summary>
    public static bool IsUnreadable(Exception? error) => error is AmazonUnmarshallingException or XmlException or FormatException or OverflowException;

    /// <summary>Whether a right is missing, for the object or for the operation.</summary>
    public static bool IsDenied(AmazonS3Exception answer) => answer.ErrorCode == "AccessDenied";

    /// <summary>Whether the answer is status 404 for the object, and not for the bucket.</summary>
    public static bool IsMissing(AmazonS3Exception answer) => answer.StatusCode == HttpStatusCode.NotFound && answer.ErrorCode != "NoSuchBucket";

    /// <summary>Makes the exception for a listing whose next page would be the same again, without end.</summary>
    public static BucketUnavailableException Repeating(S3Options options) => Unavailable(options, "it repeats a page of its listing", null);

    /// <summary>Makes the exception for a missing right that the pipeline needs.</summary>
    public static BrokenEngineException Forbidden(S3Options options, AmazonS3Exception answer) => Refused(
        options, $"it refuses a request of ours ({Code(answer)})",
        $"give the user of {Section}:{nameof(S3Options.AccessKey)} the rights to list the bucket and to read its objects, "
        + $"and to write and delete below {string.Join(", ", OwnKey.Folders.Select(folder => options.WorkPrefix + folder))}",
        answer);

    private static string Credentials => $"check {Section}:{nameof(S3Options.AccessKey)} and {Section}:{nameof(S3Options.SecretKey)}, or the environment's where both are empty";

    private static Exception? OfAnswer(AmazonS3Exception answer, S3Options options) => answer.ErrorCode switch
    {
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "Forbidden" =>
            Refused(options, $"it does not accept the credentials ({answer.ErrorCode})", Credentials, answer),
        "NoSuchBucket" => Refused(options, "there is no such bucket", $"make it, or correct {Section}:{nameof(S3Options.Name)}", answer),
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "IncorrectEndpoint" =>
            Refused(options, "it lies in another region or at another address", $"correct {Section}:{nameof(S3Options.Region)} or {Section}:{nameof(S3Options.Endpoint)}", answer),
        "RequestTimeTooSkewed" => Refused(options, "this machine's clock is wrong by many minutes", "set it", answer),
        "QuotaExceeded" or "InsufficientStorage" or "XMinioStorageFull" => Refused(options, "it is full", "make room in it or raise its quota", answer),
        "SlowDown" or "RequestTimeout" or "Throttling" or "ThrottlingException" => Unavailable(options, answer.ErrorCode, answer),
        _ when IsOutage(answer.StatusCode) => Unavailable(options, Code(answer), answer),
        _ => null,
    };

    private static bool IsOutage(HttpStatusCode status) => (int)status is 0 or 408 or 429 or (>= 500 and not 501);

    private static string Code(AmazonServiceException answer) => string.IsNullOrEmpty(answer.ErrorCode) ? $"HTTP {(int)answer.StatusCode}" : answer.ErrorCode;

    private static BucketUnavailableException Unavailable(S3Options options, string how, Exception? error) =>
        new($"No answer from {options.Place} ({how.TrimEnd('.')}): see whether it runs, and whether {Section}:{nameof(S3Options.Endpoint)} is its address.", error);

    private static BrokenEngineException Refused(S3Options options, string how, string fix, Exception error) =>
        new($"{char.ToUpperInvariant(options.Place[0])}{options.Place[1..]} cannot be used: {how}. To mend it, {fix}.", error);
}
