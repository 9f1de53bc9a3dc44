using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>Decides what a failed request means. Messages name the archive and the settings, never an object.</summary>
internal static class ArchiveFault
{
    private const string Section = ArchiveOptions.Section;

    /// <summary>Whether an answer says that the archive cannot be used now.</summary>
    public static bool IsOutage(HttpStatusCode status) => (int)status is 408 or 429 or (>= 500 and not 501 and not 505);

    /// <summary>Whether an error is one of the connection or of an answer that broke off.</summary>
    public static bool IsBroken(Exception error) => error is HttpRequestException or IOException or OperationCanceledException or JsonException or InvalidDataException;

    /// <summary>Whether an outage may be the fault of what was asked for: the archive does not say that it is busy.</summary>
    public static bool MayBeOfOne(BucketUnavailableException away) =>
        away.InnerException is not HttpRequestException { StatusCode: { } status } || status == HttpStatusCode.InternalServerError;

    /// <summary>Makes the exception for a certificate that is not trusted; null for another error.</summary>
    public static BrokenEngineException? Untrusted(Exception error, ArchiveOptions options)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
            {
                return new(
                    $"No TLS with {options.Place}: its certificate is not trusted, or it refuses ours. Give {Section}:{nameof(ArchiveOptions.CaFile)} the PEM file of its authority, "
                    + $"the host name that the certificate names, and {Section}:{nameof(ArchiveOptions.ClientCertificateFile)} where it asks for one.",
                    error);
            }
        }
        return null;
    }

    /// <summary>Makes the exception for an answer that says that no request of ours will do; null for another answer.</summary>
    public static BrokenEngineException? Refusal(HttpStatusCode status, ArchiveOptions options) => status switch
    {
        HttpStatusCode.Unauthorized => Refused(options, "it does not accept the credentials (HTTP 401)", Credentials),
        HttpStatusCode.ProxyAuthenticationRequired => Refused(options, "a proxy asks for credentials (HTTP 407)", "reach it without the proxy"),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Refused(
            options, $"it answers from another address (HTTP {(int)status})", $"give {Section}:{nameof(ArchiveOptions.Url)} the address that it redirects to"),
        _ => null,
    };

    /// <summary>Makes the exception for a search that was not answered.</summary>
    public static BrokenEngineException NotSearched(HttpStatusCode status, ArchiveOptions options) => status switch
    {
        HttpStatusCode.Forbidden => Refused(options, "we may not search it (HTTP 403)", $"give our user the right to search and to retrieve, or {Credentials}"),
        HttpStatusCode.NotFound => Refused(options, "there is no DICOMweb service (HTTP 404)", $"correct {Section}:{nameof(ArchiveOptions.Url)}; it ends before /studies"),
        _ => Refused(options, $"it does not answer a search (HTTP {(int)status})", $"see whether {Section}:{nameof(ArchiveOptions.Url)} is its address, and whether it has QIDO-RS"),
    };

    /// <summary>Makes the exception for reports that the archive does not take.</summary>
    public static BrokenEngineException NotStored(HttpStatusCode status, ArchiveOptions options) => Refused(
        options, $"it does not take a report (HTTP {(int)status})", "give our user the right to store, and see whether it has STOW-RS");

    public static BucketUnavailableException Unavailable(ArchiveOptions options, Exception failure) => new(
        $"No answer from {options.Place} ({Words(failure).TrimEnd('.')}): see whether it runs, and whether {Section}:{nameof(ArchiveOptions.Url)} is its address.", failure)
    {
        Place = "archive",
    };

    private static string Credentials => $"check {Section}:{nameof(ArchiveOptions.Token)}, or {Section}:{nameof(ArchiveOptions.User)} and {Section}:{nameof(ArchiveOptions.Password)}";

    private static string Words(Exception failure) => failure switch
    {
        HttpRequestException { StatusCode: { } status } => $"HTTP {(int)status}",
        OperationCanceledException => "silence",
        JsonException or InvalidDataException => "its answer is not DICOMweb's",
        IOException => "its answer broke off",
        _ => failure.Message,
    };

    private static BrokenEngineException Refused(ArchiveOptions options, string how, string fix) =>
        new($"{char.ToUpperInvariant(options.Place[0])}{options.Place[1..]} cannot be used: {how}. To mend it, {fix}.");
}
