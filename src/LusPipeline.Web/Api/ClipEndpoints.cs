using LusPipeline.Explaining;
using LusPipeline.Web.Shown;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace LusPipeline.Web.Api;

/// <summary>Frames of clips, and why a model said what it said of them.</summary>
internal static class ClipEndpoints
{
    private const string Clip = "/videos/{id:guid}/clips/{clip:int:min(0)}";

    public static void MapClips(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(ApiEndpoints.Root).WithTags("reasons");
        api.MapGet(Clip, ExplainAsync).WithName("ExplainClip").WithSummary("Why the model said what it said of a clip: importance of frames, prediction as frames come in");
        api.MapGet(Clip + "/frames/{frame:int:min(0)}", FrameAsync).WithName("GetFrame").WithSummary("A frame of a clip, as the model saw it").Pictures();
        api.MapGet(Clip + "/regions/{layer:int:min(0)}/{frame:int:min(0)}", RegionsAsync).WithName("GetRegions")
            .WithSummary("A map of the regions of a frame that spoke for the class (Grad-CAM), transparent elsewhere").Pictures();
    }

    private static void Pictures(this RouteHandlerBuilder route) => route.Produces<byte[]>(StatusCodes.Status200OK, "image/png")
        .Produces<ErrorJson>(StatusCodes.Status404NotFound).Produces<ErrorJson>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<ExplanationJson>, NotFound<ErrorJson>, JsonHttpResult<ErrorJson>>> ExplainAsync(
        Guid id, int clip, ShownClips clips, CancellationToken cancellation)
    {
        var shown = await clips.ReadAsync(id, clip, cancellation).ConfigureAwait(false);
        if (shown.Explanation is { } explanation)
            return TypedResults.Ok(ExplanationJson.From(explanation));
        return shown.Busy ? Busy(shown) : TypedResults.NotFound(new ErrorJson(shown.Problem!));
    }

    private static Task<IResult> FrameAsync(Guid id, int clip, int frame, ShownClips clips, CancellationToken cancellation) =>
        PictureAsync(id, clip, frame, clips, explanation => explanation.Frames.Png(frame), cancellation);

    private static Task<IResult> RegionsAsync(Guid id, int clip, int layer, int frame, ShownClips clips, CancellationToken cancellation) =>
        PictureAsync(id, clip, frame, clips, explanation => layer < explanation.Regions.Count ? explanation.Regions[layer].HeatPng(frame) : null, cancellation);

    private static async Task<IResult> PictureAsync(
        Guid id, int clip, int frame, ShownClips clips, Func<ClipExplanation, byte[]?> draw, CancellationToken cancellation)
    {
        var shown = await clips.ReadAsync(id, clip, cancellation).ConfigureAwait(false);
        if (shown.Explanation is not { } explanation)
            return shown.Busy ? Busy(shown) : TypedResults.NotFound(new ErrorJson(shown.Problem!));
        return frame < explanation.Frames.Count && draw(explanation) is { } picture
            ? TypedResults.Bytes(picture, "image/png")
            : TypedResults.NotFound(new ErrorJson("The clip has no such frame or layer; they count from 0."));
    }

    private static JsonHttpResult<ErrorJson> Busy(ShownClip shown) => TypedResults.Json(new ErrorJson(shown.Problem!), statusCode: StatusCodes.Status503ServiceUnavailable);
}
