using System.Text;
using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Registers;
using LusPipeline.Web.Shown;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace LusPipeline.Web.Api;

/// <summary>The HTTP API. It reads, and changes nothing.</summary>
internal static class ApiEndpoints
{
    public const string Root = "/api/v1";
    public const string Document = "v1";

    public static void MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Root).WithTags("results");
        api.MapGet("/studies", StudiesAsync).WithName("ListStudies").WithSummary("Studies, newest first, a page at a time");
        api.MapGet("/studies/{id:guid}", StudyAsync).WithName("GetStudy").WithSummary("A study with its videos and earlier results");
        api.MapGet("/studies/{id:guid}/trace", TraceAsync).WithName("GetTrace").WithSummary("The spans of a study's traces");
        api.MapGet("/studies/{id:guid}/results.jsonl", LinesAsync).WithName("GetStudyLines").WithSummary("What lus show --format json prints of a study")
            .Produces<string>(StatusCodes.Status200OK, "application/x-ndjson").Produces<ErrorJson>(StatusCodes.Status404NotFound);
        api.MapGet("/studies/{id:guid}/results.csv", TableAsync).WithName("GetStudyTable").WithSummary("What lus results --format csv prints of a study")
            .Produces<string>(StatusCodes.Status200OK, "text/csv").Produces<ErrorJson>(StatusCodes.Status404NotFound);
        api.MapGet("/videos/{id:guid}", VideoAsync).WithName("GetVideo").WithSummary("A video with its clips and earlier results");
        api.MapGet("/status", StatusAsync).WithName("GetStatus").WithSummary("Where the work stands, as lus status --json prints it");
        api.MapGet("/models", ModelsAsync).WithName("ListModels").WithSummary("The models that the ledger has results of");
        app.MapFallback("/api/{**rest}", () => TypedResults.NotFound(new ErrorJson($"There is no such address. {Root}/openapi.json lists all that there are."))).ExcludeFromDescription();
        app.MapOpenApi("/api/{documentName}/openapi.json").ExcludeFromDescription();
    }

    private static async Task<Results<Ok<StudyListJson>, BadRequest<ErrorJson>>> StudiesAsync(
        [AsParameters] StudyQuery query, ShownLedger ledger, TimeProvider clock, CancellationToken cancellation)
    {
        var (search, after, size) = query.Parse(clock.GetUtcNow().UtcDateTime, ledger.Names, out var error);
        return error is null
            ? TypedResults.Ok(StudyListJson.From(await ledger.StudiesAsync(search, after, size, cancellation).ConfigureAwait(false)))
            : TypedResults.BadRequest(new ErrorJson(error));
    }

    private static async Task<Results<Ok<StudyDetailsJson>, NotFound<ErrorJson>>> StudyAsync(Guid id, ShownLedger ledger, CancellationToken cancellation) =>
        await ledger.StudyAsync(id, cancellation).ConfigureAwait(false) is { } shown ? TypedResults.Ok(StudyDetailsJson.From(shown)) : NoStudy();

    private static async Task<Results<Ok<TraceJson>, NotFound<ErrorJson>>> TraceAsync(Guid id, ShownLedger ledger, CancellationToken cancellation) =>
        await ledger.SpansAsync(id, cancellation).ConfigureAwait(false) is { } spans ? TypedResults.Ok(new TraceJson([.. spans.Select(SpanJson.From)])) : NoStudy();

    private static async Task<IResult> LinesAsync(Guid id, ShownLedger ledger, CancellationToken cancellation) =>
        await ledger.StudyAsync(id, cancellation).ConfigureAwait(false) is { } shown ? File(StudyFiles.Lines(shown), "application/x-ndjson", $"study-{Texts.Short(id)}.jsonl") : NoStudy();

    private static async Task<IResult> TableAsync(Guid id, ShownLedger ledger, CancellationToken cancellation) =>
        await ledger.StudyAsync(id, cancellation).ConfigureAwait(false) is { } shown ? File(StudyFiles.Table(shown), "text/csv", $"study-{Texts.Short(id)}.csv") : NoStudy();

    private static async Task<Results<Ok<VideoDetailsJson>, NotFound<ErrorJson>>> VideoAsync(Guid id, ShownLedger ledger, CancellationToken cancellation) =>
        await ledger.VideoAsync(id, cancellation).ConfigureAwait(false) is { } shown
            ? TypedResults.Ok(VideoDetailsJson.From(shown))
            : TypedResults.NotFound(new ErrorJson("The ledger has no video of this id."));

    private static async Task<Ok<StatusJson>> StatusAsync(ShownLedger ledger, CancellationToken cancellation) =>
        TypedResults.Ok(StatusJson.From(await ledger.StatusAsync(cancellation).ConfigureAwait(false)));

    private static async Task<Ok<ModelsJson>> ModelsAsync(ShownLedger ledger, CancellationToken cancellation) =>
        TypedResults.Ok(new ModelsJson([.. (await ledger.BundlesAsync(cancellation).ConfigureAwait(false)).Select(ModelJson.From)], BundleUse.NewestStudies));

    private static NotFound<ErrorJson> NoStudy() => TypedResults.NotFound(new ErrorJson("The ledger has no study of this id."));

    private static FileContentHttpResult File(string text, string type, string name) => TypedResults.File(Encoding.UTF8.GetBytes(text), $"{type}; charset=utf-8", name);
}
