// How far stores lie from one another: the great circle between their coordinates, in whole kilometres.

const EARTH_RADIUS_KM = 6_371;
const DEGREES = 180;

/** @param a latitude and longitude in degrees, e.g. `52.520,13.405` */
export function distanceKm(a: string, b: string): number {
  const [latA = 0, lonA = 0] = radians(a);
  const [latB = 0, lonB = 0] = radians(b);
  const half = Math.sin((latB - latA) / 2) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin((lonB - lonA) / 2) ** 2;
  return Math.round(2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(half))));
}

function radians(coordinates: string): number[] {
  return coordinates.split(',').map((degrees) => (Number(degrees) * Math.PI) / DEGREES);
}
